import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** The stored authorisation as the one who wants a token sees it; tokens sealed. */
export interface TokenRow {
  readonly subdomain: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly clientKind: 'own' | 'global';
  readonly grantKind: 'client-credentials' | 'authorization-code';
  readonly status: 'connected' | 'reconnect-needed';
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly expiresAt: Date | null;
  readonly version: string;
  readonly leaseOwner: string | null;
  readonly lastError: string | null;
  /** Seconds until somebody else may ask Zendesk; 0 when at once. */
  readonly leasedFor: number;
}

export async function readTokenRow(tx: ReadTransaction): Promise<TokenRow | undefined> {
  return tx
    .selectFrom('app.zendesk_connection')
    .select([
      'subdomain',
      'client_id as clientId',
      'client_secret as clientSecret',
      'client_kind as clientKind',
      'grant_kind as grantKind',
      'status',
      'access_token as accessToken',
      'refresh_token as refreshToken',
      'expires_at as expiresAt',
      'version',
      'lease_owner as leaseOwner',
      'last_error as lastError',
      sql<number>`greatest(0, coalesce(extract(epoch from lease_until - app.now()), 0))::float8`.as(
        'leasedFor',
      ),
    ])
    .executeTakeFirst();
}

/** True when the lease is ours: nobody holds it, and the pair is still the one that was seen. */
export async function takeLease(
  tx: WriteTransaction,
  lease: { readonly owner: string; readonly version: string; readonly seconds: number },
): Promise<boolean> {
  const taken = await tx
    .updateTable('app.zendesk_connection')
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

/** Gives the lease back; nobody may ask for so many seconds. */
export async function releaseLease(
  tx: WriteTransaction,
  owner: string,
  rest: { readonly seconds: number; readonly error: string },
): Promise<void> {
  await tx
    .updateTable('app.zendesk_connection')
    .set({
      lease_owner: null,
      lease_until: sql<Date>`app.now() + make_interval(secs => ${rest.seconds})`,
      last_error: rest.error,
    })
    .where('lease_owner', '=', owner)
    .execute();
}

/**
 * Stores a new pair in place of the one of `version`; false when that one is gone. Whoever holds the lease by now:
 * only one request with the old refresh token can have been answered with a pair, so this is the good one.
 */
export async function storePair(
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
    .updateTable('app.zendesk_connection')
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

/** False when there is a newer pair, or a colleague has said so already. */
export async function markReconnectNeeded(
  tx: WriteTransaction,
  version: string,
  error: string,
): Promise<boolean> {
  const marked = await tx
    .updateTable('app.zendesk_connection')
    .set({ status: 'reconnect-needed', lease_owner: null, lease_until: null, last_error: error })
    .where('version', '=', version)
    .where('status', '=', 'connected')
    .executeTakeFirst();
  return marked.numUpdatedRows === 1n;
}
