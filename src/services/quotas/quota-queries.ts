import { sql } from 'kysely';
import type { WriteTransaction } from '../../ports/database.ts';

/** What a process was handed of a month's limits. */
export interface Lease {
  /** Null: there is no such limit. */
  readonly requests: number | null;
  readonly tokens: number | null;
  /** Seconds until the month ends, by the database's clock. */
  readonly endsInSeconds: number;
  /** First day of the month, `YYYY-MM-DD`. */
  readonly month: string;
}

export interface Wish {
  readonly requests: number;
  readonly tokens: number;
  /** Tokens used beyond what was handed out before; counted whatever the limit says. */
  readonly debt: number;
}

/** Hands out up to what is wished and left of the entered subscription's month; less, or nothing, near the limit. */
export async function takeLease(tx: WriteTransaction, subscriptionId: string, wish: Wish): Promise<Lease> {
  await sql`
    insert into app.usage_month (subscription_id, month)
    values (${subscriptionId}, date_trunc('month', app.now() at time zone 'UTC')::date)
    on conflict do nothing`.execute(tx);
  // The row is locked first: two processes at the edge come one after the other and see each other's share.
  const { rows } = await sql<{
    month: string;
    endsInSeconds: string;
    requestsLeft: string | null;
    tokensLeft: string | null;
  }>`
    select to_char(usage.month, 'YYYY-MM-DD') as month,
      extract(epoch from (usage.month + interval '1 month') at time zone 'UTC' - app.now())::bigint as "endsInSeconds",
      subscription.request_quota - usage.requests_taken as "requestsLeft",
      subscription.token_quota - usage.tokens_taken as "tokensLeft"
    from app.usage_month usage join app.subscription on subscription.id = usage.subscription_id
    where usage.month = date_trunc('month', app.now() at time zone 'UTC')::date for update of usage`.execute(
    tx,
  );
  const row = rows[0];
  if (row === undefined) return { requests: 0, tokens: 0, endsInSeconds: 60, month: '' };
  const share = (left: string | null, wanted: number): number | null =>
    left === null ? null : Math.max(0, Math.min(wanted, Number(left)));
  const requests = share(row.requestsLeft, wish.requests);
  const tokens = share(
    row.tokensLeft === null ? null : String(Number(row.tokensLeft) - wish.debt),
    wish.tokens,
  );
  await sql`
    update app.usage_month set requests_taken = requests_taken + ${requests ?? 0},
      tokens_taken = tokens_taken + ${(tokens ?? 0) + wish.debt}
    where month = ${row.month}::date`.execute(tx);
  return { requests, tokens, endsInSeconds: Number(row.endsInSeconds), month: row.month };
}

/** Gives back what was handed out of a month and not used; a negative number of tokens is a debt. */
export async function returnLease(
  tx: WriteTransaction,
  unused: { readonly month: string; readonly requests: number; readonly tokens: number },
): Promise<void> {
  await sql`
    update app.usage_month set requests_taken = greatest(0, requests_taken - ${unused.requests}),
      tokens_taken = greatest(0, tokens_taken - ${unused.tokens})
    where month = ${unused.month}::date`.execute(tx);
}

/** Locks the entered subscription against others who count its seats or agents, and returns the limit; null: none. */
export async function lockLimit(
  tx: WriteTransaction,
  limit: 'seat_quota' | 'ai_agent_quota',
): Promise<number | null> {
  const { rows } = await sql<{ most: number | null }>`
    select ${sql.ref(limit)} as most from app.subscription for no key update`.execute(tx);
  return rows[0]?.most ?? null;
}

/** Adds what a batch of finished calls cost to the month they ended in. */
export async function addUsage(
  tx: WriteTransaction,
  subscriptionId: string,
  sum: {
    readonly calls: number;
    readonly inputTokens: number;
    readonly cachedInputTokens: number;
    readonly outputTokens: number;
    readonly reasoningTokens: number;
    readonly costNanoUsd: number;
    readonly unpricedCalls: number;
  },
): Promise<void> {
  await sql`
    insert into app.usage_month as usage (subscription_id, month, calls, input_tokens, cached_input_tokens,
      output_tokens, reasoning_tokens, cost_nano_usd, unpriced_calls)
    values (${subscriptionId}, date_trunc('month', app.now() at time zone 'UTC')::date, ${sum.calls},
      ${sum.inputTokens}, ${sum.cachedInputTokens}, ${sum.outputTokens}, ${sum.reasoningTokens},
      ${Math.round(sum.costNanoUsd)}, ${sum.unpricedCalls})
    on conflict (subscription_id, month) do update set
      calls = usage.calls + excluded.calls,
      input_tokens = usage.input_tokens + excluded.input_tokens,
      cached_input_tokens = usage.cached_input_tokens + excluded.cached_input_tokens,
      output_tokens = usage.output_tokens + excluded.output_tokens,
      reasoning_tokens = usage.reasoning_tokens + excluded.reasoning_tokens,
      cost_nano_usd = usage.cost_nano_usd + excluded.cost_nano_usd,
      unpriced_calls = usage.unpriced_calls + excluded.unpriced_calls`.execute(tx);
}
