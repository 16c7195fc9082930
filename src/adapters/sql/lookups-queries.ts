import { sql, type DatabaseConnection } from 'kysely';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Lookups } from '../../ports/database.ts';
import { kyselyTransaction } from './connection.ts';
import { DatabaseError } from './errors.ts';
import { createZendeskOAuthLookups } from './zendesk-oauth-lookups-queries.ts';
import { createAccountLookups } from './account-lookups-queries.ts';
import { createAiAgentLookups } from './ai-agent-lookups-queries.ts';
import { createKnowledgeLookups } from './knowledge-lookups-queries.ts';
import { mfaLookups } from './mfa-lookups-queries.ts';
import { createRetentionLookups } from './retention-lookups-queries.ts';
import { createSubscriptionLookups } from './subscription-lookups-queries.ts';
import { createTriageLookups } from './triage-lookups-queries.ts';

const uniqueViolation = '23505';

/** The definer functions of schema `app`, called on a connection that has entered no subscription. */
export function createLookups(connection: DatabaseConnection): Lookups {
  const transaction = kyselyTransaction(connection);
  return {
    ...createAccountLookups(transaction),
    ...createAiAgentLookups(transaction),
    ...createZendeskOAuthLookups(transaction),
    ...createKnowledgeLookups(transaction),
    ...mfaLookups(transaction),
    ...createRetentionLookups(transaction),
    ...createSubscriptionLookups(transaction),
    ...createTriageLookups(transaction),
    async installationByAudience(audience) {
      const query = sql<{
        subscriptionId: string;
        installationId: string;
        publicKeyPem: string;
        issuer: string;
      }>`
        select subscription_id as "subscriptionId", installation_id as "installationId",
          public_key_pem as "publicKeyPem", issuer
        from app.installation_by_audience(${audience})`;
      return (await query.execute(transaction)).rows[0];
    },
    async subscriptionsWithDueJobs(limit) {
      const query = sql<{ id: string }>`select id from app.subscriptions_with_due_jobs(${limit}) as id`;
      return (await query.execute(transaction)).rows.map((row) => row.id);
    },
    async subscriptionsWithMacrosToRead(limit) {
      const query = sql<{ id: string }>`select id from app.macro_syncs_due(${limit}) as id`;
      return (await query.execute(transaction)).rows.map((row) => row.id);
    },
    async keysToCheck(limit) {
      const query = sql<{ subscriptionId: string; providerId: string }>`
        select subscription_id as "subscriptionId", provider_id as "providerId" from app.key_checks_due(${limit})`;
      return (await query.execute(transaction)).rows;
    },
    async subscriptionIds() {
      const query = sql<{ id: string }>`select id from app.subscription_ids() as id`;
      return (await query.execute(transaction)).rows.map((row) => row.id);
    },
    async createSubscription({ id, name, plan }) {
      try {
        await sql`select app.create_subscription(${id}, ${name}, ${plan})`.execute(transaction);
        return id;
      } catch (error) {
        const isTaken = error instanceof DatabaseError && error.sqlState === uniqueViolation;
        throw isTaken
          ? new ProblemError('conflict', { detail: 'A subscription of that name exists.' })
          : error;
      }
    },
    async subscriptionIdByName(name) {
      const query = sql<{ id: string }>`select id from app.subscription_id_by_name(${name}) as id`;
      return (await query.execute(transaction)).rows[0]?.id;
    },
  };
}
