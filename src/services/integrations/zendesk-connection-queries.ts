import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import { deleteEverythingOfMacros } from '../macros/macro-queries.ts';

interface Access {
  readonly subdomain: string;
  readonly clientId: string;
  /** Sealed. */
  readonly clientSecret: string | null;
  readonly scopes: string;
  readonly brandIds: readonly number[] | null;
}

/** Access by client credentials, or by a person's authorisation with its pair of tokens, sealed. */
export type NewConnection = Access & { readonly grantedScopes: string } & (
    | { readonly grantKind: 'client-credentials' }
    | {
        readonly grantKind: 'authorization-code';
        readonly clientKind: 'own' | 'global';
        readonly accessToken: string;
        readonly refreshToken: string | null;
        readonly expiresAt: Date | null;
      }
  );

/** Puts the connection in place of whatever was there, so that nothing of an older grant or of another account stays. */
export async function replaceZendeskConnection(
  tx: WriteTransaction,
  subscriptionId: string,
  row: NewConnection,
): Promise<void> {
  const before = await tx.selectFrom('app.zendesk_connection').select('subdomain').executeTakeFirst();
  if (before !== undefined && before.subdomain !== row.subdomain) await deleteEverythingOfMacros(tx);
  const pair = row.grantKind === 'authorization-code' ? row : undefined;
  const values = {
    subdomain: row.subdomain,
    client_id: row.clientId,
    client_secret: row.clientSecret,
    scopes: row.scopes,
    status: 'connected' as const,
    brand_ids: row.brandIds === null ? null : JSON.stringify(row.brandIds),
    grant_kind: row.grantKind,
    client_kind: pair?.clientKind ?? ('own' as const),
    access_token: pair?.accessToken ?? null,
    refresh_token: pair?.refreshToken ?? null,
    expires_at: pair?.expiresAt ?? null,
    granted_scopes: row.grantedScopes,
    lease_owner: null,
    lease_until: null,
    last_error: null,
  };
  await tx
    .insertInto('app.zendesk_connection')
    .values({ subscription_id: subscriptionId, ...values })
    .onConflict((conflict) =>
      conflict
        .column('subscription_id')
        .doUpdateSet({ ...values, version: sql<string>`zendesk_connection.version + 1` }),
    )
    .execute();
}

/** True when there was one. */
export async function deleteZendeskConnection(tx: WriteTransaction): Promise<boolean> {
  const gone = await tx.deleteFrom('app.zendesk_connection').executeTakeFirst();
  await tx.deleteFrom('app.oauth_state').execute();
  await deleteEverythingOfMacros(tx);
  return gone.numDeletedRows === 1n;
}

/** What the console may know of the connection: nothing sealed. */
export async function readConnectionState(tx: ReadTransaction) {
  return tx
    .selectFrom('app.zendesk_connection')
    .select([
      'subdomain',
      'client_id as clientId',
      'client_kind as clientKind',
      'grant_kind as grantKind',
      'status',
      'scopes',
      'granted_scopes as grantedScopes',
      'brand_ids as brandIds',
      'connected_at as connectedAt',
      'expires_at as expiresAt',
      'last_error as lastError',
    ])
    .executeTakeFirst();
}

export interface NewOAuthState {
  readonly id: string;
  readonly stateHash: string;
  readonly browserHash: string;
  readonly accountId: string | null;
  readonly sessionId: string | null;
  readonly subdomain: string;
  readonly redirectUri: string;
  readonly clientKind: 'own' | 'global';
  readonly clientId: string;
  /** Sealed. */
  readonly clientSecret: string | null;
  /** Sealed. */
  readonly verifier: string;
  readonly scopes: string;
  readonly brandIds: readonly number[] | null;
  readonly appId: number | null;
  readonly installationId: number | null;
  readonly expiresAt: Date;
}

/** Stores the state; the person's earlier ones and those whose time is over go. */
export async function insertOAuthState(
  tx: WriteTransaction,
  subscriptionId: string,
  state: NewOAuthState,
  now: Date,
): Promise<void> {
  await tx
    .deleteFrom('app.oauth_state')
    .where((where) =>
      where.or([
        where('expires_at', '<=', now),
        where('account_id', 'is not distinct from', state.accountId),
      ]),
    )
    .execute();
  await tx
    .insertInto('app.oauth_state')
    .values({
      subscription_id: subscriptionId,
      id: state.id,
      state_hash: state.stateHash,
      browser_hash: state.browserHash,
      account_id: state.accountId,
      session_id: state.sessionId,
      subdomain: state.subdomain,
      redirect_uri: state.redirectUri,
      client_kind: state.clientKind,
      client_id: state.clientId,
      client_secret: state.clientSecret,
      verifier: state.verifier,
      scopes: state.scopes,
      brand_ids: state.brandIds === null ? null : JSON.stringify(state.brandIds),
      app_id: state.appId === null ? null : String(state.appId),
      installation_id: state.installationId === null ? null : String(state.installationId),
      expires_at: state.expiresAt,
    })
    .execute();
}

/** Takes the state away and returns it; whoever comes second finds none. */
export async function takeOAuthState(tx: WriteTransaction, stateHash: string) {
  return tx
    .deleteFrom('app.oauth_state')
    .where('state_hash', '=', stateHash)
    .returningAll()
    .executeTakeFirst();
}

/** The role of the account whose session this is; undefined once either has ended. */
export async function roleOfLiveSession(tx: ReadTransaction, sessionId: string, now: Date) {
  const row = await tx
    .selectFrom('app.console_session as session')
    .innerJoin('app.account as account', 'account.id', 'session.account_id')
    .select('account.role')
    .where('session.id', '=', sessionId)
    .where('session.revoked_at', 'is', null)
    .where('session.idle_expires_at', '>', now)
    .where('session.absolute_expires_at', '>', now)
    .where('account.status', '=', 'active')
    .executeTakeFirst();
  return row?.role;
}
