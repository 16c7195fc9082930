import { sql } from 'kysely';
import { keptSeconds } from '../../ports/kept-transcripts.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** A conversation that waits for Zendesk. */
export interface WaitingDelivery {
  readonly aiAgentId: string;
  readonly step: number;
  readonly attempts: number;
  /** What was said is gone from memory. */
  readonly isOver: boolean;
}

/** Notes that a conversation waits, from now on for as long as what was said is kept; returns the step of its next job. */
export async function noteWaiting(
  tx: WriteTransaction,
  waiting: {
    readonly subscriptionId: string;
    readonly sessionId: string;
    readonly aiAgentId: string;
    readonly called: boolean;
    readonly errorCode: string;
  },
): Promise<number | undefined> {
  const { rows } = await sql<{ step: number }>`
    insert into app.chat_delivery as known
      (subscription_id, session_id, ai_agent_id, called, state, error_code, created_at, expires_at)
    select ${waiting.subscriptionId}::uuid, ${waiting.sessionId}::uuid, agent.id, ${waiting.called}, 'waiting',
      ${waiting.errorCode}, app.now(), app.now() + make_interval(secs => ${keptSeconds})
    from app.ai_agent agent where agent.id = ${waiting.aiAgentId}
    on conflict (subscription_id, session_id) do update set
      state = 'waiting', called = known.called or excluded.called, error_code = excluded.error_code,
      expires_at = excluded.expires_at
    returning step`.execute(tx);
  return rows[0]?.step;
}

/** Undefined: it does not wait any more. */
export async function readWaiting(
  tx: ReadTransaction,
  sessionId: string,
): Promise<WaitingDelivery | undefined> {
  const { rows } = await sql<WaitingDelivery>`
    select ai_agent_id as "aiAgentId", step, attempts, expires_at <= app.now() as "isOver"
    from app.chat_delivery where session_id = ${sessionId} and state = 'waiting'`.execute(tx);
  return rows[0];
}

/** After a try that failed; returns the step of the next one. */
export async function noteAttempt(
  tx: WriteTransaction,
  sessionId: string,
  errorCode: string,
): Promise<number | undefined> {
  const { rows } = await sql<{ step: number }>`
    update app.chat_delivery set attempts = attempts + 1, step = step + 1, error_code = ${errorCode}
    where session_id = ${sessionId} and state = 'waiting' returning step`.execute(tx);
  return rows[0]?.step;
}

/** Its hour is over: what was said is gone unless the visitor comes back. */
export async function noteExpired(tx: WriteTransaction, sessionId: string): Promise<void> {
  await sql`update app.chat_delivery set state = 'expired' where session_id = ${sessionId}`.execute(tx);
}

/** Zendesk has it. */
export async function forgetWaiting(tx: WriteTransaction, sessionId: string): Promise<void> {
  await sql`delete from app.chat_delivery where session_id = ${sessionId}`.execute(tx);
}
