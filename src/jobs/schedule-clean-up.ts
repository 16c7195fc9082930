import { platformSubscriptionId } from '../kernel/platform.ts';
import { toProblem } from '../kernel/problem-error.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { Logger } from '../ports/logger.ts';

const hourMs = 60 * 60_000;
const firstMs = 60_000;

/** Asks for the clean-up of ended subscriptions and the retention sweep a minute after the start and then hourly; of many processes that ask, one does it. Returns its stop. */
export function scheduleCleanUp(ports: {
  readonly database: Pick<BookkeepingDatabase, 'bookkeep'>;
  readonly jobs: JobQueue;
  readonly logger: Logger;
}): () => void {
  const platform = { subscriptionId: platformSubscriptionId };
  const ask = async (): Promise<void> => {
    try {
      await ports.database.bookkeep(platform, async (tx) => {
        for (const job of ['subscriptions.clean-up', 'retention.sweep'] as const)
          await ports.jobs.enqueue(tx, platform, job, {}, { dedupeKey: 'hourly' });
      });
    } catch (error) {
      ports.logger.warn('clean-up not scheduled', { problem: toProblem(error).type });
    }
  };
  const first = setTimeout(() => void ask(), firstMs).unref();
  const hourly = setInterval(() => void ask(), hourMs).unref();
  return () => {
    clearTimeout(first);
    clearInterval(hourly);
  };
}
