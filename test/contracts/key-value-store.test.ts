import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { createRedisKeyValueStore } from '../../src/adapters/redis/key-value-store.ts';
import type { KeyValueStore } from '../../src/ports/key-value-store.ts';
import { openLink, redisMissing, startTestRedis, usable, type TestRedis } from '../support/redis.ts';

const day = 24 * 60 * 60;
const memoryAdapters = join(import.meta.dirname, '../../src/adapters/memory');

const stores = [
  { name: 'memory', available: true, open: openMemory },
  { name: 'Redis', available: redisMissing === '', open: openRedis },
];

async function openMemory() {
  const store = createMemoryKeyValueStore();
  return { store, redis: undefined, close: () => store.close() };
}

async function openRedis() {
  const redis = await startTestRedis();
  const link = openLink(redis);
  await usable(link);
  const store = createRedisKeyValueStore(link, createMemoryKeyValueStore());
  const close = async () => {
    await store.close();
    await link.close();
    await redis.remove();
  };
  return { store, redis, close };
}

for (const { name, available, open } of stores) {
  describe.skipIf(!available)(`R26: the key-value store on ${name}`, () => {
    let store: KeyValueStore;
    let redis: TestRedis | undefined;
    let close = async () => {};

    beforeAll(async () => {
      ({ store, redis, close } = await open());
    });
    afterAll(() => close());

    test('a value is read until its time is over', async () => {
      expect(await store.get('short')).toBeUndefined();
      await store.set('short', 'täxt\n"1"', { ttlSeconds: 1 });
      expect(await store.get('short')).toBe('täxt\n"1"');
      await sleep(1_100);
      expect(await store.get('short')).toBeUndefined();
    });

    test('setting again takes the new value and the new time', async () => {
      await store.set('again', 'a', { ttlSeconds: 1 });
      await store.set('again', '', { ttlSeconds: 60 });
      await sleep(1_100);
      expect(await store.get('again')).toBe('');
    });

    test('only one of many takes a free key, and it is free again after its time', async () => {
      const tries = Array.from({ length: 50 }, () => store.setIfAbsent('once', '1', { ttlSeconds: 1 }));
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
      await sleep(1_100);
      expect(await store.setIfAbsent('once', '1', { ttlSeconds: 60 })).toBe(true);
      expect(await store.setIfAbsent('once', '1', { ttlSeconds: 60 })).toBe(false);
    });

    test('additions in parallel lose none, and their time starts with the first', async () => {
      const sums = await Promise.all(
        Array.from({ length: 50 }, () => store.increment('sum', 2, { ttlSeconds: 2 })),
      );
      expect(Math.max(...sums)).toBe(100);
      expect(new Set(sums).size).toBe(50);
      await sleep(600);
      expect(await store.increment('sum', -1, { ttlSeconds: 60 })).toBe(99);
      // A busy moment: time must go on for a key that is added to again and again.
      for (const busyUntil = performance.now() + 100; performance.now() < busyUntil;)
        await store.increment('sum', 0, { ttlSeconds: 60 });
      await sleep(1_400);
      expect(await store.increment('sum', 5, { ttlSeconds: 60 })).toBe(5);
    });

    test('a deleted key is free', async () => {
      await store.set('gone', 'x', { ttlSeconds: 60 });
      await store.delete('gone');
      await store.delete('gone');
      expect(await store.get('gone')).toBeUndefined();
      expect(await store.setIfAbsent('gone', 'y', { ttlSeconds: 60 })).toBe(true);
    });

    test('S18: no key lives for longer than a day, and none without an end', async () => {
      for (const ttlSeconds of [0, -1, 0.5, NaN, Infinity, day + 1]) {
        const options = { ttlSeconds };
        await expect(store.set('k', 'v', options)).rejects.toThrow(RangeError);
        await expect(store.setIfAbsent('k', 'v', options)).rejects.toThrow(RangeError);
        await expect(store.increment('k', 1, options)).rejects.toThrow(RangeError);
      }
      await store.set('marker', 'v', { ttlSeconds: day });
      await store.increment('counter', 1, { ttlSeconds: day });
      await expectAges(redis, ['kv:marker', 'kv:counter'], 1, day);
    });

    test('S19: what is kept as a cache lives for 30 to 600 seconds', async () => {
      for (const ttlSeconds of [29, 601])
        await expect(store.set('cache:macros', 'v', { ttlSeconds })).rejects.toThrow(RangeError);
      await store.set('cache:macros', 'v', { ttlSeconds: 600 });
      await store.set('cache:tags', 'v', { ttlSeconds: 30 });
      await expectAges(redis, ['kv:cache:macros', 'kv:cache:tags'], 29, 600);
    });
  });
}

// The memory twin has no way in from outside; that its times end is seen in the cases above.
async function expectAges(
  redis: TestRedis | undefined,
  keys: readonly string[],
  least: number,
  most: number,
) {
  if (redis === undefined) return;
  const admin = redis.admin();
  for (const key of keys) {
    const seconds = await admin.ttl(key);
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(most);
  }
  for (const key of await admin.keys('kv:*')) expect(await admin.ttl(key), key).toBeGreaterThan(0);
}

// Set by the faketime package; a program that loads it takes its time of day from a file.
const fakeLibrary = readFakeLibrary();

test.skipIf(fakeLibrary === '')(
  'R19: what is in memory keeps its times while the time of day jumps back and forth',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'indesk-time-'));
    const program = `
      const [memory, file, jump] = process.argv.slice(1);
      const { createMemoryKeyValueStore } = await import(memory + '/key-value-store.ts');
      const { createMemoryRateLimiter } = await import(memory + '/rate-limiter.ts');
      const { systemClock } = await import(memory + '/../system/clock.ts');
      const { writeFileSync } = await import('node:fs');
      const store = createMemoryKeyValueStore();
      const limiter = createMemoryRateLimiter(systemClock);
      const before = Date.now();
      const take = (name, windowSeconds) => limiter.take('a', { name, points: 1, windowSeconds }).allowed;
      await store.set('short', 'x', { ttlSeconds: 1 });
      await store.set('long', 'x', { ttlSeconds: 3600 });
      const first = [take('short', 1), take('long', 60)];
      writeFileSync(file, jump);
      await new Promise((resolve) => setTimeout(resolve, 1300));
      const minutes = Math.round((Date.now() - before) / 60000);
      const kept = [await store.get('short') ?? null, await store.get('long') ?? null];
      console.log(JSON.stringify([minutes, ...kept, ...first, take('short', 1), take('long', 60)]));`;
    for (const [jump, minutes] of [
      ['-1h', -60],
      ['+2h', 120],
    ] as const) {
      const file = join(folder, jump);
      writeFileSync(file, '+0');
      const output = execFileSync(
        process.execPath,
        ['--input-type=module', '-e', program, memoryAdapters, file, jump],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
          env: {
            LD_PRELOAD: fakeLibrary,
            FAKETIME_TIMESTAMP_FILE: file,
            FAKETIME_NO_CACHE: '1',
            FAKETIME_DONT_FAKE_MONOTONIC: '1',
          },
        },
      );
      expect(JSON.parse(output)).toEqual([minutes, null, 'x', true, true, true, false]);
    }
    rmSync(folder, { recursive: true });
  },
);

function readFakeLibrary(): string {
  const { status, stdout } = spawnSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], {
    encoding: 'utf8',
  });
  if (status !== 0 && process.env['CI'] === 'true') throw new Error('faketime must be installed here');
  return status === 0 ? (stdout.trim().split(':').at(-1) ?? '') : '';
}
