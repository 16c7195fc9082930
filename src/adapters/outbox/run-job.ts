import { ProblemError } from '../../kernel/problem-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { JobContext, JobName, JobTable } from '../../ports/job-queue.ts';
import type { Logger } from '../../ports/logger.ts';
import { finishJob, postponeJob, renewLease, type ClaimedJob } from './outbox-queries.ts';

/** What both distributors need to run a job whose row they have leased. */
export interface OutboxOptions {
  readonly database: BookkeepingDatabase;
  /** Handed to every job. */
  readonly ports: JobContext['ports'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between two looks at the outbox when nothing wakes the distributor; 1,000 when left out. */
  readonly pollMs?: number;
  /** Seconds after which the job of a process that died may be taken over; renewed while it runs. 15 when left out. */
  readonly leaseSeconds?: number;
  /** Seconds a job may run before its signal aborts and its lease is no longer renewed; 60 when left out. */
  readonly deadlineSeconds?: number;
  /** Jobs of this process at the same time; 4 when left out. */
  readonly concurrency?: number;
  /** Seconds before the next try. */
  readonly retryDelaySeconds?: (failedAttempts: number) => number;
}

const maxAttempts = 5;

/** How long a row stays leased without being renewed. */
export const leaseSecondsOf = ({ leaseSeconds = 15 }: Pick<OutboxOptions, 'leaseSeconds'>): number =>
  leaseSeconds;
/** How long a job may run. */
export const deadlineMsOf = ({ deadlineSeconds = 60 }: Pick<OutboxOptions, 'deadlineSeconds'>): number =>
  deadlineSeconds * 1_000;

/** Doubles from 2 s to 5 minutes, then takes between half and all of it, so that failures do not come back together. */
export function backoffSeconds(failedAttempts: number): number {
  return Math.min(2 ** failedAttempts, 300) * (0.5 + Math.random() / 2);
}

/** Runs a leased job and notes how it ended; returns the seconds until its next try, undefined when there is none. Never throws. */
export async function runJob(
  options: OutboxOptions,
  table: JobTable,
  subscriptionId: string,
  job: ClaimedJob,
): Promise<number | undefined> {
  const { database, clock, logger, retryDelaySeconds = backoffSeconds } = options;
  const startedAt = clock.elapsed();
  const fields = { subscriptionId, job: job.name, attempt: job.attempt };
  const failure = await failureOf(options, table, subscriptionId, job);
  const durationMs = Math.round(clock.elapsed() - startedAt);
  let delaySeconds =
    failure === undefined || job.attempt >= maxAttempts ? undefined : retryDelaySeconds(job.attempt);
  try {
    await database.bookkeep({ subscriptionId }, (tx) =>
      failure === undefined || delaySeconds === undefined
        ? finishJob(tx, job, failure)
        : postponeJob(tx, job, delaySeconds, failure),
    );
  } catch (error) {
    // The lease runs out and the job is tried again: jobs must bear being run twice.
    logger.warn('jobs.note-failed', { ...fields, code: errorCodeOf(error) });
    delaySeconds = undefined;
  }
  if (failure === undefined) logger.info('jobs.finished', { ...fields, durationMs });
  else
    logger.warn(job.attempt >= maxAttempts ? 'jobs.failed' : 'jobs.postponed', {
      ...fields,
      durationMs,
      code: failure,
    });
  return delaySeconds;
}

/** Runs the handler; the code of what went wrong, undefined when nothing did. */
async function failureOf(
  options: OutboxOptions,
  table: JobTable,
  subscriptionId: string,
  job: ClaimedJob,
): Promise<string | undefined> {
  if (!isKnown(table, job.name)) return 'unknown-job';
  const deadline = AbortSignal.timeout(deadlineMsOf(options));
  const lease = holdLease(options, subscriptionId, job, deadline);
  const context: JobContext = {
    subscriptionId,
    actor: { kind: 'system', id: 'jobs' },
    requestId: job.id,
    signal: AbortSignal.any([deadline, lease.lost]),
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
  } finally {
    lease.release();
  }
}

/** Renews the lease three times in its length until released or past the deadline; `lost` aborts when another process has it. */
function holdLease(
  options: OutboxOptions,
  subscriptionId: string,
  job: ClaimedJob,
  deadline: AbortSignal,
): { readonly lost: AbortSignal; readonly release: () => void } {
  const { database, logger } = options;
  const leaseSeconds = leaseSecondsOf(options);
  const lost = new AbortController();
  const timer = setInterval(
    () => {
      if (deadline.aborted) return clearInterval(timer);
      void database
        .bookkeep({ subscriptionId }, (tx) => renewLease(tx, job, leaseSeconds))
        .then((isHeld) => {
          if (!isHeld) lost.abort(new DOMException('The lease was lost', 'AbortError'));
        })
        .catch((error: unknown) =>
          logger.warn('jobs.lease-not-renewed', { subscriptionId, job: job.name, code: errorCodeOf(error) }),
        );
    },
    (leaseSeconds * 1_000) / 3,
  );
  return { lost: lost.signal, release: () => clearInterval(timer) };
}

function isKnown(table: JobTable, name: string): name is JobName {
  return Object.hasOwn(table, name);
}

/** A word for an error; its text may hold a prompt or a key, so only our own words are kept. */
export function errorCodeOf(error: unknown): string {
  if (error instanceof ProblemError) return error.type;
  if (error instanceof Error && 'sqlState' in error && typeof error.sqlState === 'string')
    return `sql-${error.sqlState}`;
  return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'internal';
}
