import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../ports/database.ts';

export interface ChatAgentRow {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly widgetKey: string;
  /** Sealed. */
  readonly settings: string;
  /** Sealed; null: none. */
  readonly identitySecret: string | null;
}

/** An AI agent that may answer now; undefined for one that is off, was stopped with all others, was never published, or whose subscription is not active. */
export async function readChatAgent(tx: ReadTransaction, id: string): Promise<ChatAgentRow | undefined> {
  const { rows } = await sql<ChatAgentRow>`
    select agent.id, agent.name, agent.published_version as version, agent.widget_key as "widgetKey",
      one.settings, agent.identity_secret as "identitySecret"
    from app.ai_agent agent
    join app.ai_agent_version one on one.ai_agent_id = agent.id and one.version = agent.published_version
    join app.subscription on subscription.id = agent.subscription_id
    where agent.id = ${id} and agent.status = 'active' and subscription.status = 'active'
      and (subscription.expires_at is null or subscription.expires_at > app.now())
      and app.ai_agents_stopped() is null`.execute(tx);
  return rows[0];
}

/** Which of these AI agents may still answer. */
export async function readActiveAgents(
  tx: ReadTransaction,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select agent.id from app.ai_agent agent
    join app.subscription on subscription.id = agent.subscription_id
    where agent.id = any(${ids}::uuid[]) and agent.status = 'active' and subscription.status = 'active'
      and (subscription.expires_at is null or subscription.expires_at > app.now())
      and app.ai_agents_stopped() is null`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}

/** What a running turn holds of a day. */
export interface Hold {
  readonly tokens: number;
  readonly nanoUsd: number;
}

/**
 * Holds what a turn may use, if the budget has room for it beside what is used and held; only a turn that runs alone may
 * begin with less than it may use, or the rest of a budget could never be used. Returns the day (UTC, `YYYY-MM-DD`), or
 * undefined when there is no room.
 */
export async function holdBudget(
  tx: WriteTransaction,
  subscriptionId: string,
  aiAgentId: string,
  budget: { readonly metric: 'tokens' | 'nano-usd'; readonly most: number },
  hold: Hold,
): Promise<string | undefined> {
  await sql`
    insert into app.ai_agent_day (subscription_id, ai_agent_id, day)
    values (${subscriptionId}, ${aiAgentId}, (app.now() at time zone 'UTC')::date) on conflict do nothing`.execute(
    tx,
  );
  const [used, held, wanted] =
    budget.metric === 'tokens'
      ? [sql`input_tokens + output_tokens`, sql`held_tokens`, hold.tokens]
      : [sql`cost_nano_usd`, sql`held_nano_usd`, hold.nanoUsd];
  const { rows } = await sql<{ day: string }>`
    update app.ai_agent_day set held_tokens = held_tokens + ${hold.tokens}, held_nano_usd = held_nano_usd + ${hold.nanoUsd}
    where ai_agent_id = ${aiAgentId} and day = (app.now() at time zone 'UTC')::date
      and ${used} < ${budget.most}
      and (${used} + ${held} + ${wanted} <= ${budget.most} or ${held} = 0)
    returning to_char(day, 'YYYY-MM-DD') as day`.execute(tx);
  return rows[0]?.day;
}

/** What a turn adds to its day. */
export interface TurnCounts {
  readonly conversations: number;
  readonly turns: number;
  readonly unanswered: number;
  readonly handOffs: number;
  readonly verdictsUp: number;
  readonly verdictsDown: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNanoUsd: number;
  readonly unpricedTurns: number;
}

/** Adds counts to a day of an AI agent and gives back what was held. `day` undefined: today. Nothing is left of one that was deleted. */
export async function addToDay(
  tx: WriteTransaction,
  subscriptionId: string,
  aiAgentId: string,
  counts: Partial<TurnCounts>,
  held?: Hold & { readonly day: string },
): Promise<void> {
  const n = (count: number | undefined): number => Math.round(count ?? 0);
  await sql`
    insert into app.ai_agent_day as total (subscription_id, ai_agent_id, day, conversations, turns, unanswered, hand_offs,
      verdicts_up, verdicts_down, input_tokens, output_tokens, cost_nano_usd, unpriced_turns)
    select ${subscriptionId}::uuid, agent.id, coalesce(${held?.day ?? null}::date, (app.now() at time zone 'UTC')::date),
      ${n(counts.conversations)}, ${n(counts.turns)}, ${n(counts.unanswered)}, ${n(counts.handOffs)},
      ${n(counts.verdictsUp)}, ${n(counts.verdictsDown)}, ${n(counts.inputTokens)}, ${n(counts.outputTokens)},
      ${n(counts.costNanoUsd)}, ${n(counts.unpricedTurns)}
    from app.ai_agent agent where agent.id = ${aiAgentId}
    on conflict (subscription_id, ai_agent_id, day) do update set
      conversations = total.conversations + excluded.conversations,
      turns = total.turns + excluded.turns,
      unanswered = total.unanswered + excluded.unanswered,
      hand_offs = total.hand_offs + excluded.hand_offs,
      verdicts_up = total.verdicts_up + excluded.verdicts_up,
      verdicts_down = total.verdicts_down + excluded.verdicts_down,
      input_tokens = total.input_tokens + excluded.input_tokens,
      output_tokens = total.output_tokens + excluded.output_tokens,
      cost_nano_usd = total.cost_nano_usd + excluded.cost_nano_usd,
      unpriced_turns = total.unpriced_turns + excluded.unpriced_turns,
      held_tokens = greatest(0, total.held_tokens - ${held?.tokens ?? 0}),
      held_nano_usd = greatest(0, total.held_nano_usd - ${held?.nanoUsd ?? 0})`.execute(tx);
}
