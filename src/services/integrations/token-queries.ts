import { sql } from 'kysely';
import type { TokenBook, StoredTokens } from './token-parts.ts';

type TokenTable = 'app.zendesk_connection' | 'app.confluence_connection';

/**
 * Changes to the tokens in one of the tables of connections, which have the same columns for them: see `TokenBook`. Whoever
 * holds the lease by now may store a pair: only one request with the old refresh token can have been answered with one.
 */
export function tokenChanges(
  name: TokenTable,
): Pick<TokenBook<StoredTokens>, 'takeLease' | 'releaseLease' | 'storePair' | 'markReconnectNeeded'> {
  const table = sql.table(name);
  return {
    async takeLease(tx, { owner, version, seconds }) {
      const taken = await sql`
        update ${table} set lease_owner = ${owner}, lease_until = app.now() + make_interval(secs => ${seconds})
        where version = ${version} and status = 'connected' and (lease_until is null or lease_until <= app.now())`.execute(
        tx,
      );
      return taken.numAffectedRows === 1n;
    },
    async releaseLease(tx, owner, { seconds, error }) {
      await sql`
        update ${table} set lease_owner = null, lease_until = app.now() + make_interval(secs => ${seconds}),
          last_error = ${error}
        where lease_owner = ${owner}`.execute(tx);
    },
    async storePair(tx, version, { accessToken, refreshToken, expiresAt, grantedScopes }) {
      const stored = await sql`
        update ${table} set access_token = ${accessToken}, refresh_token = ${refreshToken}, expires_at = ${expiresAt},
          granted_scopes = ${grantedScopes}, version = version + 1, status = 'connected', lease_owner = null,
          lease_until = null, last_error = null
        where version = ${version} and grant_kind = 'authorization-code'`.execute(tx);
      return stored.numAffectedRows === 1n;
    },
    async markReconnectNeeded(tx, version, error) {
      const marked = await sql`
        update ${table} set status = 'reconnect-needed', lease_owner = null, lease_until = null, last_error = ${error}
        where version = ${version} and status = 'connected'`.execute(tx);
      return marked.numAffectedRows === 1n;
    },
  };
}
