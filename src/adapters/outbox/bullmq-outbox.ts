import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { afterCommit, outsideTransaction } from '../../kernel/transaction-scope.ts';
import type { JobQueue, JobTable } from '../../ports/job-queue.ts';
import { claimJob, dueJobs, insertJob, type DueJob } from './outbox-queries.ts';
import { keepQueueShort, type MessageAges } from './keep-queue-short.ts';
import { findLostJob, runLostJob } from './lost-jobs.ts';
import { createPurge } from './purge-jobs.ts';
import { deadlineMsOf, errorCodeOf, leaseSecondsOf, runJob, type OutboxOptions } from './run-job.ts';
import { createTurns, type Turns } from './turns.ts';
import { createWakeUp } from './wake-up.ts';

/** What the distributor asks of Redis; made by the program, because adapters do not know each other. */
export interface QueueRedis {
  /** Throws at once while Redis is away. */
  run<T>(work: (redis: Redis) => Promise<T>): Promise<T>;
  /** Called after every connecting. */
  onUsable(listener: (redis: Redis) => void): void;
  /** A connection that may block and waits for Redis as long as it takes; its caller closes it. */
  connectForWork(): Redis;
}

export interface BullmqOutboxOptions extends OutboxOptions {
  readonly redis: QueueRedis;
  /** Milliseconds between two timed cleanings; 4 minutes when left out. */
  readonly cleanMs?: number;
  /** An hour for messages and three days for failures when left out. */
  readonly ages?: MessageAges;
}

export const queueName = 'jobs';
export const queuePrefix = 'bull';
const subscriptionsPerLook = 200;
const jobsPerSubscription = 200;
// While so many messages wait, the workers have enough to do, and feeding more would only repeat them.
const enoughWaiting = 1_000;
const longestStreamEntries = 100;
const closingMs = 1_000;
const reopenMs = 1_000;

// A message holds ids and nothing else; Redis is no place to believe blindly.
const messageShape = z.strictObject({ subscriptionId: z.uuid(), jobId: z.uuid() });
type Message = z.output<typeof messageShape>;
type MessageQueue = Queue<Message, void, 'job'>;

/**
 * The job queue distributed over processes by BullMQ. The row in the database stays the truth: a message only says that a row
 * may be due, is gone as soon as it was read, and is fed again from the rows when Redis has lost it.
 */
export function createBullmqOutbox(options: BullmqOutboxOptions): JobQueue {
  const { redis, logger } = options;
  const wakeUp = createWakeUp();
  let queue: MessageQueue | undefined;
  let cleaning: (() => Promise<void>) | undefined;

  const feed: Feed = async (subscriptionId, jobs) => {
    const to = queue;
    if (to === undefined || jobs.length === 0) return;
    await redis.run(() => to.addBulk(jobs.map((job) => toMessage(subscriptionId, job))));
  };
  let isClosed = false;
  let opening: Promise<void> | undefined;
  const openOnce = async () => {
    while (queue === undefined && !isClosed) {
      try {
        const opened = await redis.run(openQueue);
        if (isClosed) return await opened.close();
        queue = opened;
        cleaning = keepQueueShort({ ...options, queue, longestStreamEntries });
      } catch {
        // Redis being away or slow is said once, by the link to it.
        await sleep(reopenMs, undefined, { ref: false });
      }
    }
    wakeUp.wake();
  };
  redis.onUsable((connection) => {
    opening ??= openOnce();
    // A Redis that came back empty has forgotten the limit, and BullMQ would write 10,000 entries.
    const limit = () =>
      connection.hset(`${queuePrefix}:${queueName}:meta`, 'opts.maxLenEvents', longestStreamEntries);
    void limit().catch((error: unknown) => logger.warn('jobs.limit-not-set', { code: errorCodeOf(error) }));
    wakeUp.wake();
  });

  return {
    async enqueue(tx, call, name, ids, { dedupeKey, delaySeconds = 0 } = {}) {
      const { subscriptionId } = call;
      const id = await insertJob(tx, { subscriptionId, name, ids: { ...ids }, dedupeKey, delaySeconds });
      // Whatever comes later is fed when it is due: only the database's clock counts.
      if (id === undefined || delaySeconds > 0) return;
      afterCommit(() => void feed(subscriptionId, [{ id, attempt: 1 }]).catch(() => undefined));
    },
    work: (table) => outsideTransaction(() => work(options, table, feed, wakeUp, () => queue)),
    close: async () => {
      isClosed = true;
      await cleaning?.();
      await queue?.close();
    },
  };
}

type Feed = (subscriptionId: string, jobs: readonly DueJob[]) => Promise<void>;

/** Throws when Redis does not answer BullMQ's first question in time: such a queue never gets over it and must be made anew. */
async function openQueue(connection: Redis): Promise<MessageQueue> {
  const queue = new Queue<Message, void, 'job'>(queueName, {
    connection,
    prefix: queuePrefix,
    streams: { events: { maxLen: longestStreamEntries } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
  }).on('error', () => undefined);
  try {
    await queue.waitUntilReady();
    return queue;
  } catch (error) {
    await queue.close().catch(() => undefined);
    throw error;
  }
}

// The number of the try is part of the name: a second message for the same try is not taken in, one for the next try is.
const toMessage = (subscriptionId: string, { id, attempt }: DueJob) => ({
  name: 'job' as const,
  data: { subscriptionId, jobId: id },
  opts: { jobId: `${id}-${attempt}` },
});

function work(
  options: BullmqOutboxOptions,
  table: JobTable,
  feed: Feed,
  wakeUp: ReturnType<typeof createWakeUp>,
  queue: () => MessageQueue | undefined,
): () => Promise<void> {
  const { database, redis, clock, logger, pollMs = 1_000 } = options;
  const purge = createPurge(database, clock);
  const turns = createTurns(clock, deadlineMsOf(options));
  let isStopped = false;
  let stopWorker: (() => Promise<void>) | undefined;
  // Not before Redis was found fit, so that nothing is sent to one that is not.
  redis.onUsable(() => {
    if (!isStopped) stopWorker ??= startWorker(options, table, feed, turns);
  });

  const sweep = async () => {
    await purge();
    const known = queue();
    if (known === undefined || (await redis.run(() => known.getWaitingCount())) >= enoughWaiting) return;
    const subscriptionIds = await database.lookup((lookups) =>
      lookups.subscriptionsWithDueJobs(subscriptionsPerLook),
    );
    for (const subscriptionId of subscriptionIds) {
      if (isStopped) return;
      const { jobId, jobs } = await database.bookkeep({ subscriptionId }, async (tx) => ({
        jobId: await findLostJob(options, subscriptionId, tx),
        jobs: await dueJobs(tx, jobsPerSubscription),
      }));
      await feed(subscriptionId, jobs);
      // By this process itself: a message could not ask for a turn alone.
      if (jobId !== undefined)
        await runLostJob(options, table, turns, { subscriptionId, jobId }, () => isStopped);
    }
  };
  const loop = async () => {
    while (!isStopped) {
      try {
        await sweep();
      } catch (error) {
        // Redis being away is said once, by the link to it.
        if (!(error instanceof Error && error.name === 'RedisAwayError'))
          logger.warn('jobs.look-failed', { code: errorCodeOf(error) });
      }
      if (!isStopped) await wakeUp.wait(pollMs);
    }
  };
  const looping = loop();
  return async () => {
    isStopped = true;
    wakeUp.wake();
    await Promise.all([looping, stopWorker?.()]);
  };
}

/** Takes messages and runs their jobs; the returned function waits for running jobs, even while Redis is away. */
function startWorker(
  options: BullmqOutboxOptions,
  table: JobTable,
  feed: Feed,
  turns: Turns,
): () => Promise<void> {
  const { database, redis, logger, concurrency = 4 } = options;
  let isStopping = false;

  // Never throws: BullMQ would keep the error's text, and the row is fed again anyway.
  const take = async (data: unknown) => {
    if (isStopping) return;
    const message = messageShape.safeParse(data);
    if (!message.success) return logger.warn('jobs.message-refused');
    const { subscriptionId, jobId } = message.data;
    try {
      const job = await database.bookkeep({ subscriptionId }, (tx) =>
        claimJob(tx, jobId, leaseSecondsOf(options), 'due'),
      );
      if (job === undefined) return;
      const delaySeconds = await runJob(options, table, subscriptionId, job);
      if (delaySeconds === 0) await feed(subscriptionId, [{ id: job.id, attempt: job.attempt + 1 }]);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'RedisAwayError'))
        logger.warn('jobs.take-failed', { subscriptionId, code: errorCodeOf(error) });
    }
  };
  const connection = redis.connectForWork();
  const worker = new Worker<Message, void>(
    queueName,
    ({ data }: Job<Message>) => turns.beside(() => take(data)),
    {
      connection,
      prefix: queuePrefix,
      concurrency,
      lockDuration: 15_000,
      stalledInterval: 10_000,
      maxStalledCount: 1,
      // After an error of the connection BullMQ waits 15 s by itself, longer than a lost Redis may cost.
      runRetryDelay: 1_000,
    },
  ).on('error', () => undefined);
  return async () => {
    isStopping = true;
    const closing = worker.close().catch(() => undefined);
    await turns.ended();
    // Closing tells Redis of the jobs that ended; a Redis that is away must not hold up the end of the process.
    await Promise.race([closing, sleep(closingMs, undefined, { ref: false })]);
    connection.disconnect();
    await Promise.race([
      worker.disconnect().catch(() => undefined),
      sleep(closingMs, undefined, { ref: false }),
    ]);
  };
}
