import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { createRedisKeyValueStore } from '../../src/adapters/redis/key-value-store.ts';
import type { RedisLink } from '../../src/adapters/redis/redis-link.ts';
import type { KeyValueStore } from '../../src/ports/key-value-store.ts';
import { openChatHouse, type ChatHouse, type TestAgent, type TestVisitor } from '../support/chat-house.ts';
import { engines } from '../support/database.ts';
import { openLink, redisMissing, startTestRedis, usable, type TestRedis } from '../support/redis.ts';

const engine = engines.find(({ name, available }) => name === 'postgres' && available);

// As hosts run it: two servers that share PostgreSQL and a true Redis.
describe.skipIf(engine === undefined || redisMissing !== '')('chat over PostgreSQL and Redis', () => {
  let redis: TestRedis;
  let link: RedisLink;
  let keyValues: KeyValueStore;
  let house: ChatHouse;
  let agent: TestAgent;

  beforeAll(async () => {
    if (engine === undefined) return;
    redis = await startTestRedis();
    link = openLink(redis);
    await usable(link);
    keyValues = createRedisKeyValueStore(link, createMemoryKeyValueStore());
    house = await openChatHouse(engine, { replicas: 2, keyValues });
    agent = await house.newAgent({}, { key: 'sk-demo' });
  });
  afterAll(async () => {
    await house?.close();
    await link?.close();
    await redis?.remove();
  });

  const turn = async (visitor: TestVisitor, more: { history?: string; replica?: number } = {}) => {
    const { status, answer, problem } = await visitor.say('When do parcels arrive?', more);
    return status === 200 ? answer?.turn : problem?.type.split('/').at(-1);
  };

  it('S7: twenty turns across two servers keep the thread', async () => {
    const visitor = await house.visit(agent);
    for (let at = 1; at <= 20; at += 1) expect(await turn(visitor, { replica: at % 2 })).toBe(at);
  }, 60_000);

  it('S7: the immediate predecessor is taken once, at whichever server; older ones never', async () => {
    const visitor = await house.visit(agent);
    const first = visitor.history;
    await turn(visitor);
    const second = visitor.history;
    await turn(visitor, { replica: 1 });
    expect(await turn(visitor, { history: first })).toBe('chat-history-refused');
    expect(await turn(visitor, { history: second, replica: 1 })).toBe(2);
    expect(await turn(visitor, { history: second })).toBe('chat-history-refused');
  });

  it('S7: a Redis that died and came back empty costs no conversation', async () => {
    const visitor = await house.visit(agent);
    await turn(visitor);
    const first = visitor.history;
    await turn(visitor, { replica: 1 });
    await redis.kill();
    await redis.start();
    await usable(link);
    expect(await turn(visitor)).toBe(3);
    expect(await turn(visitor, { history: first, replica: 1 })).toBe('chat-history-refused');
  }, 30_000);

  it('S7: what Redis holds is no word of a conversation', async () => {
    const visitor = await house.visit(agent);
    await visitor.say('My boat is called Petunia. When do parcels arrive?');
    const admin = redis.admin();
    const keys = await admin.keys('*');
    expect(keys.some((key) => key.includes('chat-turn'))).toBe(true);
    const values = await Promise.all(keys.map((key) => admin.dump(key)));
    admin.disconnect();
    const held = [...keys, ...values.map(String)].join('\n');
    for (const words of ['Petunia', 'parcels', visitor.history.slice(-80)]) expect(held).not.toContain(words);
  });
});
