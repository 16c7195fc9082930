import { toProblem } from '../kernel/problem-error.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';

const firstMs = 60_000;
const everyMs = 15 * 60_000;
const mostAtOnce = 50;

/** Asks, four times an hour, for the tickets of AI agents that were not counted for most of a day; of many processes that ask, one counts. Returns its stop. */
export function scheduleOutcomes(ports: {
  readonly database: Pick<BookkeepingDatabase, 'bookkeep' | 'lookup'>;
  readonly jobs: JobQueue;
  readonly logger: Logger;
}): () => void {
  const { database, jobs, logger } = ports;
  let isStopped = false;
  const ask = async (): Promise<void> => {
    try {
      const due = await database.lookup((lookups) => lookups.aiAgentOutcomesDue(mostAtOnce));
      for (const subscriptionId of due) {
        if (isStopped) return;
        await database.bookkeep({ subscriptionId }, (tx) =>
          jobs.enqueue(tx, { subscriptionId }, 'ai-agents.count-outcomes', {}, { dedupeKey: 'outcomes' }),
        );
      }
    } catch (error) {
      logger.warn('outcomes not scheduled', { problem: toProblem(error).type });
    }
  };
  const first = setTimeout(() => void ask(), firstMs).unref();
  const timer = setInterval(() => void ask(), everyMs).unref();
  return () => {
    isStopped = true;
    clearTimeout(first);
    clearInterval(timer);
  };
}
