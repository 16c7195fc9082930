import { ProblemError } from '../../kernel/problem-error.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import { lockLimit } from './quota-queries.ts';

const limits = { seats: 'seat_quota', 'ai-agents': 'ai_agent_quota' } as const;
const words = { seats: 'seats', 'ai-agents': 'AI agents' } as const;
/** Nothing frees a seat by itself; asking again in an hour finds a raised limit soon enough. */
const retryAfterSeconds = 3_600;

/**
 * Refuses one more seat or AI agent than the operator allows. Called inside the transaction that adds it, before it
 * does: the lock makes others who add wait, so that a hundred at once never go over. Throws `quota-exceeded`.
 */
export async function requireRoom(
  tx: WriteTransaction,
  what: keyof typeof limits,
  countNow: (tx: WriteTransaction) => Promise<number>,
): Promise<void> {
  const most = await lockLimit(tx, limits[what]);
  if (most === null || (await countNow(tx)) < most) return;
  throw new ProblemError('quota-exceeded', {
    detail: `All ${most} ${words[what]} are taken.`,
    retryAfterSeconds,
  });
}
