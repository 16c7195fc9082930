import { LRUCache } from 'lru-cache';
import { checkRateRule, type RateLimiter } from '../../ports/rate-limiter.ts';
import type { Clock } from '../../ports/clock.ts';

interface Bucket {
  points: number;
  endsAt: number;
}

/** Fixed windows counted in this process; synchronous, because it stands in every request's way. */
export function createMemoryRateLimiter(clock: Clock): RateLimiter {
  const buckets = new LRUCache<string, Bucket>({ max: 50_000 });
  return {
    take(key, rule) {
      checkRateRule(rule);
      const name = `${rule.name}:${key}`;
      const now = clock.elapsed();
      const bucket = buckets.get(name);
      if (bucket === undefined || bucket.endsAt <= now) {
        buckets.set(name, { points: 1, endsAt: now + rule.windowSeconds * 1000 });
        return { allowed: true };
      }
      if (bucket.points < rule.points) {
        bucket.points += 1;
        return { allowed: true };
      }
      return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil((bucket.endsAt - now) / 1000)) };
    },
    close: async () => buckets.clear(),
  };
}
