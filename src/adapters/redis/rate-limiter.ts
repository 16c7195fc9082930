import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import {
  checkRateRule,
  type RateDecision,
  type RateLimiter,
  type RateRule,
} from '../../ports/rate-limiter.ts';
import { RedisAwayError, type RedisLink } from './redis-link.ts';

/** Fixed windows counted in Redis for all processes together; `insurance` counts for this process while Redis is away. */
export function createRedisRateLimiter(link: RedisLink, insurance: RateLimiter): RateLimiter {
  const limiters = new LRUCache<string, RateLimiterRedis>({ max: 1_000 });
  const limiterFor = (redis: Redis, { name, points, windowSeconds }: RateRule) => {
    const key = `${name} ${points} ${windowSeconds}`;
    const known = limiters.get(key);
    if (known !== undefined) return known;
    const made = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `rl:${name}`,
      points,
      duration: windowSeconds,
    });
    limiters.set(key, made);
    return made;
  };
  return {
    take: async (key, rule) => {
      checkRateRule(rule);
      try {
        return await link.run((redis) => decide(limiterFor(redis, rule), shorten(key)));
      } catch (error) {
        if (error instanceof RedisAwayError) return insurance.take(key, rule);
        throw error;
      }
    },
    close: () => insurance.close(),
  };
}

async function decide(limiter: RateLimiterRedis, key: string): Promise<RateDecision> {
  try {
    await limiter.consume(key);
    return { allowed: true };
  } catch (answer) {
    if (!(answer instanceof RateLimiterRes)) throw answer;
    return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(answer.msBeforeNext / 1_000)) };
  }
}

// A key may hold an address of the network or of a person, and callers choose its length.
function shorten(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22);
}
