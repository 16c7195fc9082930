import { sql } from 'kysely';
import type { WriteTransaction } from '../../ports/database.ts';
import type {
  EndingStep,
  MonthlyUsage,
  SubscriptionLine,
  SubscriptionLookups,
} from '../../ports/subscription-lookups.ts';

type Texts<T> = { readonly [K in keyof T]: T[K] extends number ? string : T[K] };

/** The operator's definer functions, on a connection that has entered no subscription. */
export function createSubscriptionLookups(transaction: WriteTransaction): SubscriptionLookups {
  return {
    async subscriptionByKey(keyHash) {
      const query = sql<{ subscriptionId: string; isCurrent: boolean }>`
        select subscription_id as "subscriptionId", is_current as "isCurrent"
        from app.subscription_by_key(${keyHash})`;
      return (await query.execute(transaction)).rows[0];
    },
    async listSubscriptions({ after, limit, contactIndex }) {
      const query = sql<
        Omit<SubscriptionLine, 'requestQuota' | 'tokenQuota' | 'requestsTaken' | 'tokensTaken'> & {
          readonly requestQuota: string | null;
          readonly tokenQuota: string | null;
          readonly requestsTaken: string;
          readonly tokensTaken: string;
        }
      >`
        select id, name, plan, tier, status, created_at as "createdAt", expires_at as "expiresAt",
          held_since as "heldSince", key_last_four as "keyLastFour", request_quota as "requestQuota",
          token_quota as "tokenQuota", requests_taken as "requestsTaken", tokens_taken as "tokensTaken"
        from app.list_subscriptions(${after ?? null}, ${limit}, ${contactIndex ?? null})`;
      return (await query.execute(transaction)).rows.map((row) => ({
        ...row,
        requestQuota: row.requestQuota === null ? null : Number(row.requestQuota),
        tokenQuota: row.tokenQuota === null ? null : Number(row.tokenQuota),
        requestsTaken: Number(row.requestsTaken),
        tokensTaken: Number(row.tokensTaken),
      }));
    },
    async usageByMonth(first, last) {
      const query = sql<Texts<MonthlyUsage>>`
        select subscription_id as "subscriptionId", name, to_char(month, 'YYYY-MM') as month, calls,
          input_tokens as "inputTokens", cached_input_tokens as "cachedInputTokens",
          output_tokens as "outputTokens", reasoning_tokens as "reasoningTokens",
          cost_nano_usd as "costNanoUsd", unpriced_calls as "unpricedCalls"
        from app.usage_by_month(${`${first}-01`}, ${`${last}-01`})`;
      return (await query.execute(transaction)).rows.map((row) => ({
        ...row,
        calls: Number(row.calls),
        inputTokens: Number(row.inputTokens),
        cachedInputTokens: Number(row.cachedInputTokens),
        outputTokens: Number(row.outputTokens),
        reasoningTokens: Number(row.reasoningTokens),
        costNanoUsd: Number(row.costNanoUsd),
        unpricedCalls: Number(row.unpricedCalls),
      }));
    },
    async endedSubscriptions(keepDays, limit) {
      const query = sql<{ subscriptionId: string; step: EndingStep }>`
        select subscription_id as "subscriptionId", step from app.ended_subscriptions(${keepDays}, ${limit})`;
      return (await query.execute(transaction)).rows;
    },
    async heldSubscriptions() {
      const query = sql<{ id: string }>`select id from app.held_subscriptions() as id`;
      return (await query.execute(transaction)).rows.map((row) => row.id);
    },
    async eraseAuditEvents(subscriptionId, limit) {
      const query = sql<{ count: string }>`
        select app.erase_audit_events(${subscriptionId}, ${limit}) as count`;
      return Number((await query.execute(transaction)).rows[0]?.count ?? 0);
    },
  };
}
