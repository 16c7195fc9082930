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
