import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { createRedisKeyValueStore } from '../../src/adapters/redis/key-value-store.ts';
import { createRedisRateLimiter } from '../../src/adapters/redis/rate-limiter.ts';
import { redisFindings } from '../../src/adapters/redis/redis-findings.ts';
import { RedisAwayError } from '../../src/adapters/redis/redis-link.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { OutboxOptions } from '../../src/adapters/outbox/run-job.ts';
import { ConfigError, inspectEnvironment } from '../../src/config.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { openSharedState } from '../../src/start-shared-state.ts';
import {
  openLink,
  redisMissing,
  silent,
  startTestRedis,
  usable,
  type TestRedis,
  type TestRedisOptions,
} from '../support/redis.ts';

const rule = { name: 'copilot', points: 3, windowSeconds: 60 };
const ttl = { ttlSeconds: 600 };
/** Milliseconds a call may take when Redis does not answer. */
const longestCall = 200;

let cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  cleanUps = [];
});

async function startRedis(options?: TestRedisOptions): Promise<TestRedis> {
  const redis = await startTestRedis(options);
  cleanUps.push(redis.remove);
  return redis;
}

function openParts(redis: TestRedis) {
  const logged: string[] = [];
  const note = (event: string, fields?: object) => void logged.push(`${event} ${JSON.stringify(fields)}`);
  const logger: Logger = { info: note, warn: note, error: note };
  const link = openLink(redis, { logger });
  cleanUps.push(link.close);
  const keyValues = createRedisKeyValueStore(link, createMemoryKeyValueStore());
  const limiter = createRedisRateLimiter(link, createMemoryRateLimiter(systemClock));
  return { link, keyValues, limiter, logged };
}

/** The slowest of several rounds of every kind of call, in milliseconds; throws when one fails. */
async function slowestCall({ keyValues, limiter }: ReturnType<typeof openParts>): Promise<number> {
  let slowest = 0;
  const time = async (call: () => unknown) => {
    const startedAt = performance.now();
    await call();
    slowest = Math.max(slowest, performance.now() - startedAt);
  };
  for (let round = 0; round < 5; round += 1) {
    await time(() => keyValues.get('cache:macros'));
    await time(() => keyValues.set(`k${round}`, 'v', ttl));
    await time(() => keyValues.setIfAbsent(`m${round}`, 'v', ttl));
    await time(() => keyValues.increment('n', 1, ttl));
    await time(() => limiter.take(`agent-${round}`, rule));
  }
  return slowest;
}

describe.skipIf(redisMissing !== '')('Redis away', () => {
  it('R4: calls to a dead Redis are answered in-process at once, and by Redis soon after it is back', async () => {
    const redis = await startRedis();
    const parts = openParts(redis);
    await usable(parts.link);
    await parts.keyValues.setIfAbsent('sign-in:1', '1', ttl);
    await redis.kill();
    expect(await slowestCall(parts)).toBeLessThan(longestCall);
    expect(await parts.keyValues.setIfAbsent('sign-in:2', '1', ttl)).toBe(true);
    expect(await parts.keyValues.setIfAbsent('sign-in:2', '1', ttl)).toBe(false);
    const decisions = [1, 2, 3, 4].map(async () => parts.limiter.take('agent', rule));
    expect((await Promise.all(decisions)).map(({ allowed }) => allowed)).toEqual([true, true, true, false]);

    await redis.start();
    const startedAt = performance.now();
    await expect
      .poll(() => parts.link.run((client) => client.ping()).catch(() => ''), { timeout: 15_000 })
      .toBe('PONG');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    // What was accepted once meanwhile is not accepted again, although this Redis never heard of it.
    expect(await parts.keyValues.setIfAbsent('sign-in:2', '1', ttl)).toBe(false);
    await parts.keyValues.set('later', 'v', ttl);
    expect(await redis.admin().get('kv:later')).toBe('v');
  });

  it('R4: a Redis that was never there does not keep anybody waiting', async () => {
    const redis = await startRedis();
    await redis.kill();
    expect(await slowestCall(openParts(redis))).toBeLessThan(longestCall);
  });

  it('R4: a process that was busy itself does not take Redis for away', async () => {
    const { link, logged } = openParts(await startRedis());
    await usable(link);
    const reply = link.run((client) => client.ping());
    const sent = performance.now();
    // The command leaves and the reply comes while nobody here has time to read it.
    await new Promise((resolve) => setImmediate(resolve));
    while (performance.now() < sent + 2 * longestCall);
    expect(await reply).toBe('PONG');
    expect(await link.run((client) => client.ping())).toBe('PONG');
    expect(logged.join('\n')).not.toContain('redis.away');
  });

  it('R4: a Redis that hangs costs one call its time limit and the others nothing', async () => {
    const redis = await startRedis();
    const parts = openParts(redis);
    await usable(parts.link);
    redis.freeze();
    expect(await slowestCall(parts)).toBeLessThan(longestCall);
    const startedAt = performance.now();
    expect(await slowestCall(parts)).toBeLessThan(longestCall);
    expect(performance.now() - startedAt).toBeLessThan(longestCall);
    redis.thaw();
    await sleep(1_100);
    await parts.keyValues.set('after', 'v', ttl);
    expect(await redis.admin().get('kv:after')).toBe('v');
  });

  it('R4: a Redis that answers after two seconds is left alone meanwhile', async () => {
    const redis = await startRedis();
    const parts = openParts(redis);
    await usable(parts.link);
    await redis.admin().call('CLIENT', 'PAUSE', '2000', 'ALL');
    expect(await slowestCall(parts)).toBeLessThan(longestCall);
    await expect
      .poll(() => parts.link.run((client) => client.ping()).catch(() => ''), { timeout: 5_000 })
      .toBe('PONG');
  });

  it('R4: a Redis that is full and refuses to write is done without', async () => {
    const redis = await startRedis();
    const parts = openParts(redis);
    await usable(parts.link);
    await redis.admin().config('SET', 'maxmemory', '1');
    expect(await parts.keyValues.setIfAbsent('once', '1', ttl)).toBe(true);
    expect(await parts.keyValues.setIfAbsent('once', '1', ttl)).toBe(false);
    expect(await slowestCall(parts)).toBeLessThan(longestCall);
    expect(parts.logged).toContain('redis.away {"code":"OOM"}');
  });

  it('what is logged about Redis names neither its address nor its password', async () => {
    const redis = await startRedis();
    const { username, password } = new URL(redis.url);
    const wrong = { ...redis, url: redis.url.replace(password, 'wrong-password-77') };
    const parts = openParts(wrong);
    await expect.poll(() => parts.logged.length, { timeout: 5_000 }).toBeGreaterThan(0);
    await redis.kill();
    await sleep(300);
    const text = parts.logged.join('\n');
    expect(text).toContain('redis.connection-failed {"code":"WRONGPASS"}');
    expect(text).not.toMatch(new RegExp(`wrong-password|${password}|${username}:|127\\.0\\.0\\.1`));
  });

  it('a Redis that was found unfit is sent nothing', async () => {
    const redis = await startRedis();
    const link = openLink(redis, { isFit: () => Promise.resolve(false) });
    cleanUps.push(link.close);
    const keyValues = createRedisKeyValueStore(link, createMemoryKeyValueStore());
    await sleep(300);
    await keyValues.set('k', 'v', ttl);
    expect(await redis.admin().dbsize()).toBe(0);
    expect(await keyValues.get('k')).toBe('v');
  });
});

describe.skipIf(redisMissing !== '')('what makes Redis unfit for production', () => {
  const findings = async (options?: TestRedisOptions, isVouchedFor = false): Promise<readonly string[]> => {
    const redis = await startRedis(options);
    const address = {
      url: redis.url,
      caFile: options?.withTls === true ? join(redis.directory, 'ca.crt') : undefined,
    };
    const link = openLink(address);
    cleanUps.push(link.close);
    await usable(link);
    return link.run((client) => redisFindings(client, address, isVouchedFor));
  };

  it('S143: the shipped configuration and user have no finding', async () => {
    expect(await findings()).toEqual([]);
  });

  it('S17: snapshots and a log of commands are found', async () => {
    expect(await findings({ settings: ['save 60 1', 'appendonly yes'] })).toEqual([
      expect.stringContaining('save ""'),
      expect.stringContaining('appendonly no'),
    ]);
  });

  it('S17: a Redis that does not let the program look is refused unless the operator vouches for it', async () => {
    const users = 'user default off\nuser indesk on #PASSWORD_SHA256 ~* +@all -@dangerous +info';
    expect(await findings({ users })).toEqual([expect.stringContaining('+config|get')]);
    expect(await findings({ users }, true)).toEqual([]);
    expect(await findings({ users, settings: ['appendonly yes'] }, true)).toEqual([
      expect.stringContaining('appendonly no'),
    ]);
  });

  it('S37: a Redis that lets strangers in is found', async () => {
    const users = 'user default on nopass ~* +ping\nuser indesk on #PASSWORD_SHA256 ~* +@all';
    expect(await findings({ users })).toEqual([expect.stringContaining('without a password')]);
  });

  it.each(['left alone', 'told to believe everything'])(
    'S37: TLS is spoken with the given authority, and refused without it, where Node is %s',
    async (state) => {
      expect(await findings({ withTls: true })).toEqual([]);
      if (state !== 'left alone') {
        process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
        cleanUps.push(async () => void delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
      }
      const redis = await startRedis({ withTls: true });
      const logged: string[] = [];
      const note = (event: string, fields?: object) => void logged.push(`${event} ${JSON.stringify(fields)}`);
      const link = openLink(redis, { logger: { info: note, warn: note, error: note } });
      cleanUps.push(link.close);
      await expect
        .poll(() => logged.join(), { timeout: 5_000 })
        .toMatch(/redis\.connection-failed.*(SELF_SIGNED|VERIFY)/);
      await expect(link.run((client) => client.ping())).rejects.toThrow(RedisAwayError);
    },
  );

  it('S143: the program may not empty, reconfigure, list, watch or save, nor touch other keys', async () => {
    const redis = await startRedis();
    const link = openLink(redis);
    cleanUps.push(link.close);
    await usable(link);
    const forbidden = [
      ['FLUSHALL'],
      ['FLUSHDB'],
      ['CONFIG', 'SET', 'save', '60 1'],
      ['KEYS', '*'],
      ['DEBUG', 'SLEEP', '0'],
      ['MONITOR'],
      ['SAVE'],
      ['BGSAVE'],
      ['BGREWRITEAOF'],
      ['SHUTDOWN'],
      ['ACL', 'LIST'],
      ['REPLICAOF', '127.0.0.1', '1'],
      ['SWAPDB', '0', '1'],
      ['GET', 'other'],
      ['SET', 'other', '1'],
      ['PUBLISH', 'news', '1'],
      ['EVAL', 'return redis.call("FLUSHALL")', '0'],
    ];
    const client = openRaw(redis);
    for (const [command = '', ...parameters] of forbidden)
      await expect(client.call(command, ...parameters), command).rejects.toThrow(
        /NOPERM|permissions|not allowed|can't run this command/,
      );
    const policy = await redis.admin().config('GET', 'maxmemory*');
    expect(policy).toEqual(
      expect.arrayContaining(['maxmemory-policy', 'noeviction', 'maxmemory', '201326592']),
    );
  });

  const openProduction = async (redis: TestRedis, mode: 'production' | 'development' = 'production') => {
    const { config } = inspectEnvironment({ INDESK_REDIS_URL: redis.url });
    // Nothing is enqueued or run here, so the database is never asked.
    const options = { clock: systemClock, logger: silent } as OutboxOptions;
    const shared = await openSharedState({ ...config, mode }, options);
    cleanUps.push(shared.closeShared);
    return shared;
  };

  it('S17: a program in production refuses a Redis that writes to disk, and says how to mend it', async () => {
    const redis = await startRedis({ settings: ['appendonly yes'] });
    await expect(openProduction(redis)).rejects.toThrow(/appendonly no/);
    await expect(openProduction(redis)).rejects.toThrow(ConfigError);
    const { keyValues } = await openProduction(redis, 'development');
    await expect
      .poll(async () => keyValues.set('k', 'v', ttl).then(() => redis.admin().dbsize()))
      .toBeGreaterThan(0);
  });

  it('R4: a program in production starts without its Redis and takes it up when it comes, if it is fit', async () => {
    for (const settings of [[], ['save 60 1']]) {
      const redis = await startRedis({ settings });
      await redis.kill();
      const startedAt = performance.now();
      const { keyValues } = await openProduction(redis);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      await keyValues.set('before', 'v', ttl);
      await redis.start();
      await sleep(2_000);
      await keyValues.set('after', 'v', ttl);
      expect(await keyValues.get('before')).toBe('v');
      expect(await redis.admin().keys('kv:*')).toEqual(settings.length === 0 ? ['kv:after'] : []);
    }
  });

  it('S17: after use, Redis has left nothing on disk', async () => {
    const redis = await startRedis();
    const parts = openParts(redis);
    await usable(parts.link);
    await slowestCall(parts);
    await parts.link.close();
    await redis.kill();
    expect(redis.filesLeft()).toEqual([]);
  });

  function openRaw(redis: TestRedis) {
    const link = openLink(redis);
    const client = link.connectForWork();
    cleanUps.push(async () => {
      client.disconnect();
      await link.close();
    });
    return client;
  }
});
