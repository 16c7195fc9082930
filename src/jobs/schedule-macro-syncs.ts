import { toProblem } from '../kernel/problem-error.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';
import { macroSyncKey } from '../services/macros/ask-for-sync.ts';

const firstMs = 2_000;
const everyMs = 15_000;
const mostAtOnce = 50;

/** Asks, four times a minute, for the macros of accounts that were just connected or were read hours ago; of many processes that ask, one reads. Returns its stop. */
export function scheduleMacroSyncs(ports: {
  readonly database: Pick<BookkeepingDatabase, 'bookkeep' | 'lookup'>;
  readonly jobs: JobQueue;
  readonly logger: Logger;
}): () => void {
  const { database, jobs, logger } = ports;
  let isStopped = false;
  const ask = async (): Promise<void> => {
    try {
      const due = await database.lookup((lookups) => lookups.subscriptionsWithMacrosToRead(mostAtOnce));
      for (const subscriptionId of due) {
        if (isStopped) return;
        await database.bookkeep({ subscriptionId }, (tx) =>
          jobs.enqueue(tx, { subscriptionId }, 'macros.sync', {}, { dedupeKey: macroSyncKey }),
        );
      }
    } catch (error) {
      logger.warn('macros not scheduled', { problem: toProblem(error).type });
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
