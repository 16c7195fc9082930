import { sql } from 'kysely';
import type { WriteTransaction } from '../../ports/database.ts';
import type { TriageLookups } from '../../ports/triage-lookups.ts';

/** The definer function for deliveries of webhooks, on a connection that has entered no subscription. */
export function createTriageLookups(transaction: WriteTransaction): TriageLookups {
  return {
    async triageWebhook(webhookId, keyHash) {
      const query = sql<{ subscriptionId: string; signingSecret: string }>`
        select subscription_id as "subscriptionId", signing_secret as "signingSecret"
        from app.triage_webhook_by_id(${webhookId}, ${keyHash})`;
      return (await query.execute(transaction)).rows[0];
    },
  };
}
