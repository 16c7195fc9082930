import { sql } from 'kysely';
import type { WriteTransaction } from '../../ports/database.ts';
import type { ZendeskOAuthLookups } from '../../ports/zendesk-oauth-lookups.ts';

/** The definer function for the return from Zendesk, on a connection that has entered no subscription. */
export function createZendeskOAuthLookups(transaction: WriteTransaction): ZendeskOAuthLookups {
  return {
    async oauthStateOwner(stateHash) {
      const query = sql<{ subscriptionId: string; accountId: string | null }>`
        select subscription_id as "subscriptionId", account_id as "accountId"
        from app.oauth_state_owner(${stateHash})`;
      return (await query.execute(transaction)).rows[0];
    },
  };
}
