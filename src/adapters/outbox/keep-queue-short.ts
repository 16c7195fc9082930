import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../../ports/logger.ts';
import { errorCodeOf } from './run-job.ts';

export interface MessageAges {
  readonly messageMs: number;
  readonly failureMs: number;
}

export interface KeepQueueShortOptions {
  readonly redis: { run<T>(work: (redis: Redis) => Promise<T>): Promise<T> };
  readonly queue: Queue;
  readonly logger: Logger;
  readonly longestStreamEntries: number;
  readonly cleanMs?: number;
  readonly ages?: MessageAges;
}

const hourMs = 60 * 60 * 1_000;
const portion = 500;

/** Cleans the queue now and on a timer, because BullMQ forgets old messages only when others end; the returned function stops. */
export function keepQueueShort(options: KeepQueueShortOptions): () => Promise<void> {
  const { cleanMs = 4 * 60 * 1_000 } = options;
  let cleaning = Promise.resolve();
  const clean = () => {
    cleaning = cleaning
      .then(() => cleanQueue(options))
      .catch((error: unknown) => {
        if (!(error instanceof Error && error.name === 'RedisAwayError'))
          options.logger.warn('jobs.clean-failed', { code: errorCodeOf(error) });
      });
  };
  clean();
  const timer = setInterval(clean, cleanMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await cleaning;
  };
}

async function cleanQueue({
  redis,
  queue,
  longestStreamEntries,
  ages,
}: KeepQueueShortOptions): Promise<void> {
  const { messageMs = hourMs, failureMs = 72 * hourMs } = ages ?? {};
  const clean = async (state: Parameters<Queue['clean']>[2], ageMs: number) => {
    // In portions, so that no command runs into its time limit.
    while ((await redis.run(() => queue.clean(ageMs, portion, state))).length === portion);
  };
  for (const state of ['completed', 'wait', 'delayed', 'paused', 'prioritized', 'active'] as const)
    await clean(state, messageMs);
  await clean('failed', failureMs);
  // Last, because each cleaning writes an entry of its own. Entries are named by Redis's clock, so their age is too.
  await redis.run(async (connection) => {
    const [seconds] = await connection.time();
    const stream = queue.toKey('events');
    await connection.xtrim(stream, 'MINID', Math.max(0, Number(seconds) * 1_000 - messageMs));
    await connection.xtrim(stream, 'MAXLEN', longestStreamEntries);
  });
}
