import { claimJob, finishJob, lostJob } from './outbox-queries.ts';
import { leaseSecondsOf, runJob, type OutboxOptions } from './run-job.ts';
import type { Turns } from './turns.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import type { JobTable } from '../../ports/job-queue.ts';

/** A job that has taken its process with it this often is not tried again. */
const mostDeaths = 3;

/** Finds a job of the entered subscription whose process died while it ran; undefined when there is none to be tried again. */
export async function findLostJob(
  { logger }: Pick<OutboxOptions, 'logger'>,
  subscriptionId: string,
  tx: WriteTransaction,
): Promise<string | undefined> {
  const lost = await lostJob(tx);
  if (lost === undefined || lost.attempt < mostDeaths) return lost?.id;
  await finishJob(tx, lost, 'abandoned');
  logger.warn('jobs.failed', { subscriptionId, job: lost.name, attempt: lost.attempt, code: 'abandoned' });
  return undefined;
}

/** Runs a job whose process died with no other beside it: if it was the reason, it takes none with it again, and counts against none. */
export async function runLostJob(
  options: OutboxOptions,
  table: JobTable,
  turns: Turns,
  { subscriptionId, jobId }: { readonly subscriptionId: string; readonly jobId: string },
  isStopped: () => boolean,
): Promise<void> {
  await turns.alone(async () => {
    if (isStopped()) return;
    const job = await options.database.bookkeep({ subscriptionId }, (tx) =>
      claimJob(tx, jobId, leaseSecondsOf(options), 'lost'),
    );
    if (job !== undefined) await runJob(options, table, subscriptionId, job);
  });
}
