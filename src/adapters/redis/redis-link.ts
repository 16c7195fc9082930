import type { Redis } from 'ioredis';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import { redisErrorCode } from './connection.ts';

/** Redis cannot be used now; the caller does without it. */
export class RedisAwayError extends Error {
  override readonly name = 'RedisAwayError';
}

export interface RedisLinkOptions {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asked after every connecting; nothing is sent to a Redis it answers false for. */
  readonly isFit: (redis: Redis) => Promise<boolean>;
}

/** The way to a Redis that may be away, slow or refuse: callers never wait longer than one command's time limit. */
export interface RedisLink {
  /** Throws `RedisAwayError` at once while Redis is away, and when the work fails. */
  run<T>(work: (redis: Redis) => Promise<T>): Promise<T>;
  /** Called after every connecting to a fit Redis, also when that is so already. */
  onUsable(listener: (redis: Redis) => void): void;
  close(): Promise<void>;
}

const pauseMs = 1_000;
/** Milliseconds a request waits for a reply. */
const replyMs = 150;

/** After a failure Redis is left alone for a second; then one command tries, and the others follow when it succeeded. */
export function createRedisLink({ redis, clock, logger, isFit }: RedisLinkOptions): RedisLink {
  const listeners: ((redis: Redis) => void)[] = [];
  let isUsable = false;
  let isFailing = false;
  let pausedUntil = 0;
  let notCheckedBecause = '';

  const look = async () => {
    try {
      if (!(await isFit(redis)) || redis.status !== 'ready') return;
    } catch (error) {
      const code = redisErrorCode(error);
      if (code !== notCheckedBecause) logger.warn('redis.not-checked', { code });
      notCheckedBecause = code;
      setTimeout(() => void (redis.status === 'ready' && !isUsable && look()), pauseMs).unref();
      return;
    }
    notCheckedBecause = '';
    isUsable = true;
    isFailing = false;
    pausedUntil = 0;
    logger.info('redis.usable');
    for (const listener of listeners) listener(redis);
  };
  redis.on('ready', () => void look());
  redis.on('close', () => {
    if (isUsable) logger.warn('redis.away', { code: 'CLOSED' });
    isUsable = false;
  });
  if (redis.status === 'ready') void look();

  const fail = (error: unknown) => {
    if (!isFailing) logger.warn('redis.away', { code: redisErrorCode(error) });
    isFailing = true;
    pausedUntil = clock.elapsed() + pauseMs;
  };
  return {
    run: async (work) => {
      if (!isUsable || pausedUntil > clock.elapsed()) throw new RedisAwayError();
      if (isFailing) pausedUntil = clock.elapsed() + pauseMs;
      try {
        const result = await repliedInTime(work(redis));
        if (isFailing) logger.info('redis.back');
        isFailing = false;
        pausedUntil = 0;
        return result;
      } catch (error) {
        fail(error);
        throw new RedisAwayError();
      }
    },
    onUsable: (listener) => {
      listeners.push(listener);
      if (isUsable) listener(redis);
    },
    close: async () => {
      isUsable = false;
      listeners.length = 0;
      redis.disconnect();
    },
  };
}

/**
 * Rejects after `replyMs`. A process that was busy for longer finds its timers due before it has read its sockets, where
 * the reply may lie: it looks there once more, or a thousand visitors at once would be told that Redis is away.
 */
function repliedInTime<T>(reply: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error('Command timed out'));
    const timer = setTimeout(() => setImmediate(() => setImmediate(late)), replyMs);
    reply.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
