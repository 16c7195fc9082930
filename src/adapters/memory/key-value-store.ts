import { LRUCache } from 'lru-cache';
import { checkTimeToLive, type KeyValueStore } from '../../ports/key-value-store.ts';

/** Key-value store in this process; at most 100,000 keys, the least recently used go first. Ages run by the monotonic clock. */
export function createMemoryKeyValueStore(): KeyValueStore {
  const entries = new LRUCache<string, string>({
    max: 100_000,
    ttlAutopurge: false,
    updateAgeOnGet: false,
    perf: performance,
    // A time kept for a millisecond or more would let many additions in a row put off the end of a key.
    ttlResolution: 0,
  });
  return {
    get: async (key) => entries.get(key),
    set: async (key, value, { ttlSeconds }) => {
      checkTimeToLive(key, ttlSeconds);
      entries.set(key, value, { ttl: ttlSeconds * 1000 });
    },
    setIfAbsent: async (key, value, { ttlSeconds }) => {
      checkTimeToLive(key, ttlSeconds);
      if (entries.has(key)) return false;
      entries.set(key, value, { ttl: ttlSeconds * 1000 });
      return true;
    },
    increment: async (key, by, { ttlSeconds }) => {
      checkTimeToLive(key, ttlSeconds);
      const known = entries.get(key);
      const sum = Number(known ?? 0) + by;
      entries.set(key, String(sum), {
        ttl: known === undefined ? ttlSeconds * 1000 : Math.max(1, entries.getRemainingTTL(key)),
      });
      return sum;
    },
    delete: async (key) => {
      entries.delete(key);
    },
    close: async () => entries.clear(),
  };
}
