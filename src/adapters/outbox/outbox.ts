import { afterCommit, outsideTransaction } from '../../kernel/transaction-scope.ts';
import type { JobQueue, JobTable } from '../../ports/job-queue.ts';
import { findLostJob, runLostJob } from './lost-jobs.ts';
import { claimJobs, insertJob } from './outbox-queries.ts';
import { createPurge } from './purge-jobs.ts';
import { deadlineMsOf, errorCodeOf, leaseSecondsOf, runJob, type OutboxOptions } from './run-job.ts';
import { createTurns } from './turns.ts';
import { createWakeUp } from './wake-up.ts';

export type { OutboxOptions } from './run-job.ts';

const subscriptionsPerLook = 50;

/** The job queue inside this process: rows in the database, leased and run one process at a time. */
export function createOutbox(options: OutboxOptions): JobQueue {
  const wakeUp = createWakeUp();
  return {
    async enqueue(tx, call, name, ids, { dedupeKey, delaySeconds = 0 } = {}) {
      await insertJob(tx, {
        subscriptionId: call.subscriptionId,
        name,
        ids: { ...ids },
        dedupeKey,
        delaySeconds,
      });
      afterCommit(wakeUp.wake);
    },
    work: (table) => outsideTransaction(() => dispatch(options, table, wakeUp)),
    close: async () => {},
  };
}

function dispatch(
  options: OutboxOptions,
  table: JobTable,
  wakeUp: ReturnType<typeof createWakeUp>,
): () => Promise<void> {
  const { database, clock, logger, pollMs = 1_000, concurrency = 4 } = options;
  const turns = createTurns(clock, deadlineMsOf(options));
  const purge = createPurge(database, clock);
  let isStopped = false;

  const look = async () => {
    await purge();
    const subscriptionIds = await database.lookup((lookups) =>
      lookups.subscriptionsWithDueJobs(subscriptionsPerLook),
    );
    const lost: { readonly subscriptionId: string; readonly jobId: string }[] = [];
    for (const subscriptionId of subscriptionIds) {
      const free = concurrency - turns.running;
      if (isStopped || free <= 0) break;
      const { jobId, jobs } = await database.bookkeep({ subscriptionId }, async (tx) => ({
        jobId: await findLostJob(options, subscriptionId, tx),
        jobs: await claimJobs(tx, free, leaseSecondsOf(options)),
      }));
      for (const job of jobs)
        void turns
          .beside(async () => void (await runJob(options, table, subscriptionId, job)))
          .then(wakeUp.wake);
      if (jobId !== undefined) lost.push({ subscriptionId, jobId });
    }
    for (const job of lost) await runLostJob(options, table, turns, job, () => isStopped);
    if (lost.length > 0) wakeUp.wake();
  };

  const loop = async () => {
    while (!isStopped) {
      try {
        await look();
      } catch (error) {
        logger.warn('jobs.look-failed', { code: errorCodeOf(error) });
      }
      if (!isStopped) await wakeUp.wait(pollMs);
    }
  };
  const looping = loop();
  return async () => {
    isStopped = true;
    wakeUp.wake();
    await looping;
    await turns.ended();
  };
}
