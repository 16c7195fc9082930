import { sql } from 'kysely';
import type { AiAgentOutcome } from '../../contract/questions.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

const daysShown = 90;

/** What was counted of a day's tickets. */
export interface CountedDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly tickets: number;
  readonly handedOff: number;
  readonly confirmed: number;
  readonly silent: number;
  readonly cameBack: number;
}

/** The newest days with conversations or tickets, newest first. */
export async function readOutcomes(tx: ReadTransaction, aiAgentId: string): Promise<AiAgentOutcome[]> {
  const { rows } = await sql<Omit<AiAgentOutcome, 'countedAt'> & { countedAt: Date | null }>`
    select to_char(coalesce(day.day, outcome.day), 'YYYY-MM-DD') as day,
      coalesce(day.conversations, 0)::int as conversations, coalesce(outcome.handed_off, 0) as "handedOff",
      coalesce(outcome.confirmed, 0) as confirmed, coalesce(outcome.silent, 0) as silent,
      coalesce(outcome.came_back, 0) as "cameBack", outcome.counted_at as "countedAt",
      greatest(0, coalesce(day.conversations, 0)::int - coalesce(outcome.handed_off, 0)
        - coalesce(outcome.confirmed, 0) - coalesce(outcome.silent, 0)) as unknown
    from (select * from app.ai_agent_day where ai_agent_id = ${aiAgentId}) day
    full join (select * from app.ai_agent_outcome where ai_agent_id = ${aiAgentId}) outcome
      on outcome.subscription_id = day.subscription_id and outcome.day = day.day
    where coalesce(day.conversations, 0) > 0 or coalesce(outcome.tickets, 0) > 0
    order by 1 desc limit ${daysShown}`.execute(tx);
  return rows.map((row) => ({ ...row, countedAt: row.countedAt?.toISOString() ?? null }));
}

/** AI agents that visitors may have talked to and whose tickets were not counted for most of a day. */
export async function readAgentsToCount(tx: ReadTransaction): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select agent.id from app.ai_agent agent where agent.published_version is not null
      and not exists (select from app.ai_agent_outcome outcome where outcome.ai_agent_id = agent.id
        and outcome.counted_at > app.now() - interval '20 hours')
    order by agent.id`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Replaces what was counted of a day before; nothing is left of an AI agent that was deleted. */
export async function writeOutcome(
  tx: WriteTransaction,
  subscriptionId: string,
  aiAgentId: string,
  counted: CountedDay,
): Promise<void> {
  const { day, tickets, handedOff, confirmed, silent, cameBack } = counted;
  await sql`
    insert into app.ai_agent_outcome (subscription_id, ai_agent_id, day, tickets, handed_off, confirmed, silent,
      came_back, counted_at)
    select ${subscriptionId}::uuid, agent.id, ${day}::date, ${tickets}, ${handedOff}, ${confirmed}, ${silent},
      ${cameBack}, app.now()
    from app.ai_agent agent where agent.id = ${aiAgentId}
    on conflict (subscription_id, ai_agent_id, day) do update set tickets = excluded.tickets,
      handed_off = excluded.handed_off, confirmed = excluded.confirmed, silent = excluded.silent,
      came_back = excluded.came_back, counted_at = excluded.counted_at`.execute(tx);
}
