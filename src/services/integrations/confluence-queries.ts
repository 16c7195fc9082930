import { sql } from 'kysely';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import { lockKnowledge } from '../knowledge/source-queries.ts';

interface Site {
  readonly siteUrl: string;
  readonly cloudId: string | null;
}

/** Access by an API token, or by a person's authorisation with its pair of tokens; secrets sealed. */
export type NewConfluenceConnection = Site &
  (
    | { readonly grantKind: 'api-token'; readonly email: string; readonly apiToken: string }
    | {
        readonly grantKind: 'authorization-code';
        readonly clientKind: 'own' | 'global';
        readonly clientId: string;
        readonly clientSecret: string | null;
        readonly accessToken: string;
        readonly refreshToken: string | null;
        readonly expiresAt: Date | null;
        readonly grantedScopes: string;
      }
  );

/** Whether knowledge is read from another site than this one, connected now or before. */
export async function hasSourcesOfAnotherSite(tx: ReadTransaction, siteUrl: string): Promise<boolean> {
  const found = await tx
    .selectFrom('app.knowledge_source')
    .select('id')
    .where('site_url', '!=', siteUrl)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Puts the connection in place of whatever was there, so that nothing of an older grant stays. Throws
 * `confluence-site-in-use` while there are sources of another site: their ids would name other pages there.
 */
export async function replaceConfluenceConnection(
  tx: WriteTransaction,
  subscriptionId: string,
  row: NewConfluenceConnection,
): Promise<void> {
  await lockKnowledge(tx);
  if (await hasSourcesOfAnotherSite(tx, row.siteUrl)) throw new ProblemError('confluence-site-in-use');
  const token = row.grantKind === 'api-token' ? row : undefined;
  const pair = row.grantKind === 'authorization-code' ? row : undefined;
  const values = {
    site_url: row.siteUrl,
    cloud_id: row.cloudId,
    grant_kind: row.grantKind,
    status: 'connected' as const,
    email: token?.email ?? null,
    api_token: token?.apiToken ?? null,
    client_kind: pair?.clientKind ?? null,
    client_id: pair?.clientId ?? null,
    client_secret: pair?.clientSecret ?? null,
    access_token: pair?.accessToken ?? null,
    refresh_token: pair?.refreshToken ?? null,
    expires_at: pair?.expiresAt ?? null,
    granted_scopes: pair?.grantedScopes ?? null,
    lease_owner: null,
    lease_until: null,
    last_error: null,
  };
  await tx
    .insertInto('app.confluence_connection')
    .values({ subscription_id: subscriptionId, ...values })
    .onConflict((conflict) =>
      conflict
        .column('subscription_id')
        .doUpdateSet({ ...values, version: sql<string>`confluence_connection.version + 1` }),
    )
    .execute();
}

/** The site it was connected to; undefined when there was no connection. */
export async function deleteConfluenceConnection(tx: WriteTransaction): Promise<string | undefined> {
  const gone = await tx
    .deleteFrom('app.confluence_connection')
    .returning('site_url as siteUrl')
    .executeTakeFirst();
  return gone?.siteUrl;
}

/** The connection as the one who wants to use it sees it; secrets sealed. */
export async function readConfluenceRow(tx: ReadTransaction) {
  return tx
    .selectFrom('app.confluence_connection')
    .select([
      'site_url as siteUrl',
      'cloud_id as cloudId',
      'grant_kind as grantKind',
      'status',
      'email',
      'api_token as apiToken',
      'client_kind as clientKind',
      'client_id as clientId',
      'client_secret as clientSecret',
      'access_token as accessToken',
      'refresh_token as refreshToken',
      'expires_at as expiresAt',
      'granted_scopes as grantedScopes',
      'connected_at as connectedAt',
      'version',
      'lease_owner as leaseOwner',
      'last_error as lastError',
      sql<number>`greatest(0, coalesce(extract(epoch from lease_until - app.now()), 0))::float8`.as(
        'leasedFor',
      ),
    ])
    .executeTakeFirst();
}
export type ConfluenceRow = NonNullable<Awaited<ReturnType<typeof readConfluenceRow>>>;

/** See `TokenBook`. */
export async function takeConfluenceLease(
  tx: WriteTransaction,
  lease: { readonly owner: string; readonly version: string; readonly seconds: number },
): Promise<boolean> {
  const taken = await tx
    .updateTable('app.confluence_connection')
    .set({
      lease_owner: lease.owner,
      lease_until: sql<Date>`app.now() + make_interval(secs => ${lease.seconds})`,
    })
    .where('version', '=', lease.version)
    .where('status', '=', 'connected')
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<=', sql<Date>`app.now()`)]),
    )
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n;
}

/** See `TokenBook`. */
export async function releaseConfluenceLease(
  tx: WriteTransaction,
  owner: string,
  rest: { readonly seconds: number; readonly error: string },
): Promise<void> {
  await tx
    .updateTable('app.confluence_connection')
    .set({
      lease_owner: null,
      lease_until: sql<Date>`app.now() + make_interval(secs => ${rest.seconds})`,
      last_error: rest.error,
    })
    .where('lease_owner', '=', owner)
    .execute();
}

/** See `TokenBook`. Whoever holds the lease by now: only one request with the old refresh token can have been answered with a pair. */
export async function storeConfluencePair(
  tx: WriteTransaction,
  version: string,
  pair: {
    readonly accessToken: string;
    readonly refreshToken: string;
    readonly expiresAt: Date | null;
    readonly grantedScopes: string;
  },
): Promise<boolean> {
  const stored = await tx
    .updateTable('app.confluence_connection')
    .set({
      access_token: pair.accessToken,
      refresh_token: pair.refreshToken,
      expires_at: pair.expiresAt,
      granted_scopes: pair.grantedScopes,
      version: sql<string>`version + 1`,
      status: 'connected',
      lease_owner: null,
      lease_until: null,
      last_error: null,
    })
    .where('version', '=', version)
    .where('grant_kind', '=', 'authorization-code')
    .executeTakeFirst();
  return stored.numUpdatedRows === 1n;
}

/** See `TokenBook`. */
export async function markConfluenceReconnectNeeded(
  tx: WriteTransaction,
  version: string,
  error: string,
): Promise<boolean> {
  const marked = await tx
    .updateTable('app.confluence_connection')
    .set({ status: 'reconnect-needed', lease_owner: null, lease_until: null, last_error: error })
    .where('version', '=', version)
    .where('status', '=', 'connected')
    .executeTakeFirst();
  return marked.numUpdatedRows === 1n;
}
