import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { createRedisRateLimiter } from '../../src/adapters/redis/rate-limiter.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { RateLimiter, RateRule } from '../../src/ports/rate-limiter.ts';
import { openLink, redisMissing, startTestRedis, usable, type TestRedis } from '../support/redis.ts';

const rule: RateRule = { name: 'copilot', points: 5, windowSeconds: 60 };

const limiters = [
  { name: 'memory', available: true, open: openMemory },
  { name: 'Redis', available: redisMissing === '', open: openRedis },
];

async function openMemory() {
  const limiter = createMemoryRateLimiter(systemClock);
  return { limiter, other: limiter, redis: undefined, close: () => limiter.close() };
}

async function openRedis() {
  const redis = await startTestRedis();
  const links = [openLink(redis), openLink(redis)] as const;
  const [limiter, other] = links.map((link) =>
    createRedisRateLimiter(link, createMemoryRateLimiter(systemClock)),
  ) as [RateLimiter, RateLimiter];
  await Promise.all(links.map(usable));
  const close = async () => {
    await Promise.all([limiter, other, ...links].map((part) => part.close()));
    await redis.remove();
  };
  return { limiter, other, redis, close };
}

for (const { name, available, open } of limiters) {
  describe.skipIf(!available)(`R26: the rate limiter on ${name}`, () => {
    let limiter: RateLimiter;
    /** Of another process, where there can be one. */
    let other: RateLimiter;
    let redis: TestRedis | undefined;
    let close = async () => {};

    beforeAll(async () => {
      ({ limiter, other, redis, close } = await open());
    });
    afterAll(() => close());

    test('as many pass as the rule says, whoever asks, and the rest hears when to come again', async () => {
      const decisions = await Promise.all(
        Array.from({ length: 12 }, async (_, index) =>
          (index % 2 === 0 ? limiter : other).take('agent', rule),
        ),
      );
      expect(decisions.filter((decision) => decision.allowed)).toHaveLength(5);
      const refused = decisions.find((decision) => !decision.allowed);
      expect(refused).toEqual({ allowed: false, retryAfterSeconds: 60 });
    });

    test('keys and rules count apart', async () => {
      for (let taken = 0; taken < 5; taken += 1) await limiter.take('a', rule);
      expect((await limiter.take('a', rule)).allowed).toBe(false);
      expect((await limiter.take('b', rule)).allowed).toBe(true);
      expect((await limiter.take('a', { ...rule, name: 'read' })).allowed).toBe(true);
    });

    test('a window begins with the first take and a new one is free', async () => {
      const short = { name: 'short', points: 1, windowSeconds: 1 };
      expect((await limiter.take('a', short)).allowed).toBe(true);
      expect(await limiter.take('a', short)).toEqual({ allowed: false, retryAfterSeconds: 1 });
      await sleep(1_100);
      expect((await limiter.take('a', short)).allowed).toBe(true);
    });

    test('S20: no window is longer than two minutes', async () => {
      for (const windowSeconds of [0, 121, 1.5])
        await expect(async () => limiter.take('a', { ...rule, windowSeconds })).rejects.toThrow(RangeError);
      await limiter.take('a', { name: 'long', points: 1, windowSeconds: 120 });
      await limiter.take('a', { name: 'long', points: 1, windowSeconds: 120 });
      if (redis === undefined) return;
      const admin = redis.admin();
      const keys = await admin.keys('rl:*');
      expect(keys.length).toBeGreaterThan(4);
      for (const key of keys) {
        const seconds = await admin.ttl(key);
        expect(seconds, key).toBeGreaterThan(0);
        expect(seconds, key).toBeLessThanOrEqual(120);
      }
    });

    test('a key shows no address of a person or a machine', async () => {
      await limiter.take('mara@example.com 203.0.113.7', rule);
      const keys = (await redis?.admin().keys('*')) ?? [];
      expect(keys.join(' ')).not.toMatch(/mara|example|203\.0/);
    });
  });
}
