import { createBullmqOutbox, type BullmqOutboxOptions } from '../../src/adapters/outbox/bullmq-outbox.ts';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import type { OutboxOptions } from '../../src/adapters/outbox/run-job.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import { openLink, redisMissing, startTestRedis, usable } from './redis.ts';

/** One kind of job queue, ready to make queues as different processes would have them. */
export interface OpenDistributor {
  createQueue(options: OutboxOptions): JobQueue;
  /** Closes what was made so far. */
  closeQueues(): Promise<void>;
  close(): Promise<void>;
}

export const distributors: readonly {
  readonly name: string;
  readonly available: boolean;
  open(): Promise<OpenDistributor>;
}[] = [
  { name: 'in-process', available: true, open: openInProcess },
  { name: 'distributed by BullMQ', available: redisMissing === '', open: openBullmq },
];

async function openInProcess(): Promise<OpenDistributor> {
  return { createQueue: createOutbox, closeQueues: async () => {}, close: async () => {} };
}

async function openBullmq(): Promise<OpenDistributor> {
  const redis = await startTestRedis();
  let parts: (() => Promise<void>)[] = [];
  const closeQueues = async () => {
    await Promise.all(parts.map((close) => close()));
    parts = [];
  };
  return {
    createQueue: (options) => {
      const { queue, close } = openBullmqQueue(redis, options);
      parts.push(close);
      return queue;
    },
    closeQueues,
    close: async () => {
      await closeQueues();
      await redis.remove();
    },
  };
}

/** A queue with connections of its own, as a process has them. */
export function openBullmqQueue(
  address: { readonly url: string },
  options: Omit<BullmqOutboxOptions, 'redis'>,
): { readonly queue: JobQueue; readonly ready: Promise<void>; close(): Promise<void> } {
  const link = openLink(address);
  const queue = createBullmqOutbox({ ...options, redis: link });
  return {
    queue,
    ready: usable(link),
    close: async () => {
      await queue.close();
      await link.close();
    },
  };
}
