import { sql } from 'kysely';
import type { ReadTransaction } from '../../ports/database.ts';

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
