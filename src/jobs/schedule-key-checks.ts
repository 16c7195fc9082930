import { toProblem } from '../kernel/problem-error.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';

const everyMs = 60_000;
const mostAtOnce = 50;

/** Has, once a minute, those provider keys tried that nobody has tried for a day; of many processes that ask, one tries. Returns its stop. */
export function scheduleKeyChecks(ports: {
  readonly database: Pick<BookkeepingDatabase, 'bookkeep' | 'lookup'>;
  readonly jobs: JobQueue;
  readonly logger: Logger;
}): () => void {
  const { database, jobs, logger } = ports;
  let isStopped = false;
  const ask = async (): Promise<void> => {
    try {
      const due = await database.lookup((lookups) => lookups.keysToCheck(mostAtOnce));
      for (const { subscriptionId, providerId } of due) {
        if (isStopped) return;
        await database.bookkeep({ subscriptionId }, (tx) =>
          jobs.enqueue(
            tx,
            { subscriptionId },
            'provider.check-key',
            { providerId },
            { dedupeKey: providerId },
          ),
        );
      }
    } catch (error) {
      logger.warn('keys not scheduled', { problem: toProblem(error).type });
    }
  };
  const timer = setInterval(() => void ask(), everyMs).unref();
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}
