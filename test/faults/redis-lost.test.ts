import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHouse, type House } from '../support/house.ts';
import { redisMissing, startTestRedis, type TestRedis } from '../support/redis.ts';

describe.skipIf(redisMissing !== '')('the product and a Redis that is lost', () => {
  let redis: TestRedis;
  let house: House;

  beforeAll(async () => {
    redis = await startTestRedis();
    house = await openHouse({ environment: { INDESK_REDIS_URL: redis.url } });
  });
  afterAll(async () => {
    await house?.close();
    await redis?.remove();
  });

  const answer = async (): Promise<number> => {
    const token = await house.signIn(1001);
    const { status, events } = await house.run(
      'summarize-ticket',
      { ticketId: 1001, locale: 'en' },
      { token },
    );
    expect(events.at(-1)?.type).toBe('done');
    return status;
  };

  it('R4: the sidebar signs in and answers with Redis, without it, with one that hangs, and with an empty one', async () => {
    await expect.poll(() => house.output(), { timeout: 10_000 }).toContain('redis.usable');
    expect(await answer()).toBe(200);
    const admin = redis.admin();
    // A warm-up may still be under way in another window, but somebody's count is there.
    expect(await admin.keys('rl:*')).not.toEqual([]);
    expect(await admin.keys('kv:sidebar-jti:*')).not.toEqual([]);

    await redis.kill();
    expect(await answer()).toBe(200);
    await redis.start();
    await expect.poll(() => house.output().split('redis.usable').length, { timeout: 15_000 }).toBe(3);
    expect(await answer()).toBe(200);

    redis.freeze();
    const startedAt = performance.now();
    expect(await answer()).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    redis.thaw();
    expect((await fetch(`${house.serverUrl}/readyz`)).status).toBe(200);
    expect(house.output()).not.toMatch(new RegExp(new URL(redis.url).password));
  });

  it('R27: a server is ready while Redis is lost, because it serves without it', async () => {
    const losses = (): number => house.output().split('redis.away').length;
    const before = losses();
    await redis.kill();
    try {
      await expect.poll(losses, { timeout: 10_000 }).toBeGreaterThan(before);
      expect((await fetch(`${house.serverUrl}/readyz`)).status).toBe(200);
      expect(await answer()).toBe(200);
    } finally {
      await redis.start();
    }
  });

  it('R4: a process that only works on jobs answers health and nothing else', async () => {
    const worker = await openHouse({
      environment: { INDESK_REDIS_URL: redis.url, INDESK_ROLE: 'work' },
    });
    try {
      expect((await fetch(`${worker.serverUrl}/livez`)).status).toBe(200);
      expect(
        (await fetch(`${worker.serverUrl}/v1/copilot/summarize-ticket`, { method: 'POST' })).status,
      ).toBe(404);
      expect((await fetch(`${worker.serverUrl}/sidebar`)).status).toBe(404);
    } finally {
      await worker.close();
    }
  });
});
