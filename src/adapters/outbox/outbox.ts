import { ProblemError } from '../../kernel/problem-error.ts';
import { afterCommit, outsideTransaction } from '../../kernel/transaction-scope.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { JobContext, JobName, JobQueue, JobTable } from '../../ports/job-queue.ts';
import type { Logger } from '../../ports/logger.ts';
import { claimJobs, finishJob, insertJob, postponeJob, type ClaimedJob } from './outbox-queries.ts';
import { createWakeUp } from './wake-up.ts';

export interface OutboxOptions {
  readonly database: BookkeepingDatabase;
  /** Handed to every job. */
  readonly ports: JobContext['ports'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between two looks at the outbox when nothing wakes the dispatcher; 1,000 when left out. */
  readonly pollMs?: number;
  /** Seconds a job may run before another process may take it; its signal aborts a little earlier. 60 when left out. */
  readonly leaseSeconds?: number;
  /** Jobs of this process at the same time; 4 when left out. */
  readonly concurrency?: number;
  /** Seconds before the next try. */
  readonly retryDelaySeconds?: (failedAttempts: number) => number;
}

const maxAttempts = 5;
const subscriptionsPerLook = 50;
const purgeEveryMs = 60_000;

/** Doubles from 2 s to 5 minutes, then takes between half and all of it, so that failures do not come back together. */
export function backoffSeconds(failedAttempts: number): number {
  return Math.min(2 ** failedAttempts, 300) * (0.5 + Math.random() / 2);
}

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
  };
}

function dispatch(
  options: OutboxOptions,
  table: JobTable,
  wakeUp: ReturnType<typeof createWakeUp>,
): () => Promise<void> {
  const { database, clock, logger, pollMs = 1_000, concurrency = 4 } = options;
  const running = new Set<Promise<void>>();
  let isStopped = false;
  let purgedAt = clock.elapsed();

  const look = async () => {
    const subscriptionIds = await database.lookup((lookups) =>
      lookups.subscriptionsWithDueJobs(subscriptionsPerLook),
    );
    for (const subscriptionId of subscriptionIds) {
      const free = concurrency - running.size;
      if (isStopped || free <= 0) return;
      const jobs = await database.bookkeep({ subscriptionId }, (tx) =>
        claimJobs(tx, free, options.leaseSeconds ?? 60),
      );
      for (const job of jobs) {
        const run = runJob(options, table, subscriptionId, job).finally(() => {
          running.delete(run);
          wakeUp.wake();
        });
        running.add(run);
      }
    }
    if (clock.elapsed() - purgedAt < purgeEveryMs) return;
    purgedAt = clock.elapsed();
    await database.lookup((lookups) => lookups.purgeJobs());
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
    await Promise.all(running);
  };
}

async function runJob(
  options: OutboxOptions,
  table: JobTable,
  subscriptionId: string,
  job: ClaimedJob,
): Promise<void> {
  const { database, clock, logger, leaseSeconds = 60, retryDelaySeconds = backoffSeconds } = options;
  const startedAt = clock.elapsed();
  const fields = { subscriptionId, job: job.name, attempt: job.attempt };
  const failure = await failureOf(options, table, subscriptionId, job, leaseSeconds);
  const durationMs = Math.round(clock.elapsed() - startedAt);
  try {
    await database.bookkeep({ subscriptionId }, async (tx) => {
      if (failure === undefined || job.attempt >= maxAttempts) return finishJob(tx, job, failure);
      return postponeJob(tx, job, retryDelaySeconds(job.attempt), failure);
    });
  } catch (error) {
    // The lease runs out and the job is tried again: jobs must bear being run twice.
    logger.warn('jobs.note-failed', { ...fields, code: errorCodeOf(error) });
  }
  if (failure === undefined) logger.info('jobs.finished', { ...fields, durationMs });
  else
    logger.warn(job.attempt >= maxAttempts ? 'jobs.failed' : 'jobs.postponed', {
      ...fields,
      durationMs,
      code: failure,
    });
}

/** Runs the handler; the code of what went wrong, undefined when nothing did. */
async function failureOf(
  options: OutboxOptions,
  table: JobTable,
  subscriptionId: string,
  job: ClaimedJob,
  leaseSeconds: number,
): Promise<string | undefined> {
  if (job.attempt > maxAttempts) return 'abandoned';
  if (!isKnown(table, job.name)) return 'unknown-job';
  const context: JobContext = {
    subscriptionId,
    actor: { kind: 'system', id: 'jobs' },
    requestId: job.id,
    signal: AbortSignal.timeout(leaseSeconds * 900),
    ports: options.ports,
    attempt: job.attempt,
  };
  // The row was written by `enqueue`, which takes only the ids that belong to the name.
  const handler = table[job.name] as (context: JobContext, ids: ClaimedJob['ids']) => Promise<void>;
  try {
    await handler(context, job.ids);
    return undefined;
  } catch (error) {
    return errorCodeOf(error);
  }
}

function isKnown(table: JobTable, name: string): name is JobName {
  return Object.hasOwn(table, name);
}

// A foreign error's text may hold a prompt or a key, so only our own words are kept.
function errorCodeOf(error: unknown): string {
  if (error instanceof ProblemError) return error.type;
  if (error instanceof Error && 'sqlState' in error && typeof error.sqlState === 'string')
    return `sql-${error.sqlState}`;
  return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'internal';
}
