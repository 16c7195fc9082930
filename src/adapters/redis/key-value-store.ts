import { checkTimeToLive, type KeyValueStore } from '../../ports/key-value-store.ts';
import { RedisAwayError, type RedisLink } from './redis-link.ts';

const prefix = 'kv:';

/**
 * Key-value store in Redis, whose own clock ends every key. While Redis is away `insurance` stands in for this process,
 * and what it took in is still believed afterwards: a marker set meanwhile is not accepted a second time.
 */
export function createRedisKeyValueStore(link: RedisLink, insurance: KeyValueStore): KeyValueStore {
  return {
    get: (key) =>
      orElse(
        async () =>
          (await link.run((redis) => redis.get(prefix + key))) ?? (await insurance.get(key)) ?? undefined,
        () => insurance.get(key),
      ),
    set: async (key, value, options) => {
      checkTimeToLive(key, options.ttlSeconds);
      await orElse(
        async () => {
          await link.run((redis) => redis.set(prefix + key, value, 'EX', options.ttlSeconds));
          await insurance.delete(key);
        },
        () => insurance.set(key, value, options),
      );
    },
    setIfAbsent: async (key, value, options) => {
      checkTimeToLive(key, options.ttlSeconds);
      if ((await insurance.get(key)) !== undefined) return false;
      return orElse(
        async () =>
          (await link.run((redis) => redis.set(prefix + key, value, 'EX', options.ttlSeconds, 'NX'))) ===
          'OK',
        () => insurance.setIfAbsent(key, value, options),
      );
    },
    increment: async (key, by, options) => {
      checkTimeToLive(key, options.ttlSeconds);
      return orElse(
        async () => {
          const replies = await link.run((redis) =>
            redis
              .multi()
              .set(prefix + key, 0, 'EX', options.ttlSeconds, 'NX')
              .incrby(prefix + key, by)
              .exec(),
          );
          const [error, sum] = replies?.[1] ?? [];
          if (error || typeof sum !== 'number') throw new RedisAwayError();
          return sum + Number((await insurance.get(key)) ?? 0);
        },
        () => insurance.increment(key, by, options),
      );
    },
    delete: async (key) => {
      await insurance.delete(key);
      await orElse(
        async () => void (await link.run((redis) => redis.del(prefix + key))),
        async () => {},
      );
    },
    close: () => insurance.close(),
  };
}

async function orElse<T>(work: () => Promise<T>, without: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RedisAwayError) return without();
    throw error;
  }
}
