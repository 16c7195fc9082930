import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { newChatVisitor, type ChatVisitor } from '../support/chat-visitor.ts';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { chatTickets, shopFurnished } from '../support/demo-shop.ts';
import { redisMissing, startTestRedis, type TestRedis } from '../support/redis.ts';
import { openReplicas, type Replica, type Replicas } from '../support/replicas.ts';

const available = engines.some(({ name, available: is }) => name === 'postgres' && is) && redisMissing === '';

describe.skipIf(!available)('a conversation over two replicas on PostgreSQL and Redis', () => {
  let house: Replicas;
  let redis: TestRedis;
  let key: string;
  let one: Replica;
  let two: Replica;

  beforeAll(async () => {
    redis = await startTestRedis();
    house = await openReplicas({
      count: 2,
      databaseUrl: appConnectionString(await copyTemplate()),
      shop: true,
      environment: { INDESK_REDIS_URL: redis.url },
    });
    [one, two] = house.replicas as [Replica, Replica];
    key = await shopFurnished({ shopUrl: house.shopUrl, output: one.output });
  }, 120_000);
  afterAll(async () => {
    await house?.close();
    await redis?.remove();
  });

  const come = (at: Replica = one): Promise<ChatVisitor> =>
    newChatVisitor(at.url, { key, origin: house.shopUrl });
  const killed = async (replica: Replica): Promise<void> => {
    const ended = replica.ended();
    replica.signal('SIGKILL');
    await ended;
  };
  const fault = (settings: string): Promise<Response> =>
    fetch(`${house.providersUrl}/_sandbox/fault`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings }),
    });
  /** Sent to both, each: what they say. */
  const refusals = async (
    visitor: ChatVisitor,
    history: string,
  ): Promise<readonly (string | undefined)[]> => [
    (await visitor.say(one.url, 'And then?', { history })).problem,
    (await visitor.say(two.url, 'And then?', { history })).problem,
  ];
  const refused = ['chat-history-refused', 'chat-history-refused'];

  it('S7: goes on at the other one after a kill -9 between two turns, with what was said before', async () => {
    const visitor = await come();
    const first = await visitor.say(one.url, 'How much does gift wrapping cost?');
    expect(first.answer?.text).toContain('€4.50');
    await killed(one);
    // It may have died before it let go of the session. Too short to be understood alone: it is about what was said before.
    const second = await visitor.sayPatiently(two.url, 'And the greeting card?');
    expect(second).toMatchObject({ answer: { turn: 2, action: 'answer' } });
    expect(second.answer?.text).toContain('200 characters');
    await one.startAgain();
    expect(await visitor.sayPatiently(one.url, 'Can I rent a tent?')).toMatchObject({ answer: { turn: 3 } });
    const [ticket, ...others] = (await chatTickets(house)).filter(({ comments }) =>
      comments.some(({ html_body }) => html_body.includes('gift wrapping')),
    );
    expect(others).toEqual([]);
    const written = ticket?.comments.map(({ html_body }) => html_body).join('\n') ?? '';
    for (const said of ['gift wrapping cost?', 'And the greeting card?', 'Can I rent a tent?'])
      expect(written.split(said).length - 1, said).toBe(1);
  }, 90_000);

  it('S7: a kill -9 in the middle of a turn loses the answer and not the conversation', async () => {
    const visitor = await come(two);
    await visitor.say(two.url, 'How much does gift wrapping cost?');
    const before = visitor.history;
    await fault('ttft=30000');
    onTestFinished(async () => void (await fault('')));
    const started = Promise.withResolvers<void>();
    const broken = visitor
      .say(two.url, 'When do my club points expire?', { onStarted: started.resolve })
      .catch(() => ({}));
    await started.promise;
    await killed(two);
    expect(await broken).toEqual({});
    await fault('');
    expect(visitor.history).toBe(before);
    // The lock of a process that died goes by itself.
    const again = await visitor.sayPatiently(one.url, 'When do my club points expire?');
    expect(again.answer).toMatchObject({ turn: 2 });
    expect(again.answer?.text).toContain('24 months');
    await two.startAgain();
    expect(await visitor.sayPatiently(two.url, 'Can I rent a tent?')).toMatchObject({ answer: { turn: 3 } });
  }, 120_000);

  it('S7: the history before the newest is taken once, at whichever replica; older ones never', async () => {
    const visitor = await come();
    const kept = [visitor.history];
    for (const [at, question] of ['Can I rent a tent?', 'How much does gift wrapping cost?'].entries()) {
      await visitor.say(at % 2 === 0 ? one.url : two.url, question);
      kept.push(visitor.history);
    }
    const [atFirst = '', predecessor = '', newest = ''] = kept;
    expect(await refusals(visitor, atFirst)).toEqual(refused);
    // Its answer was lost on the way: the same is said again, elsewhere.
    const repeated = await visitor.say(one.url, 'How much does gift wrapping cost?', {
      history: predecessor,
    });
    expect(repeated.answer?.turn).toBe(2);
    expect(await refusals(visitor, predecessor)).toEqual(refused);
    expect(await refusals(visitor, atFirst)).toEqual(refused);
    expect(await visitor.sayPatiently(two.url, 'Can I rent a tent?')).toMatchObject({ answer: { turn: 3 } });
    expect(await refusals(visitor, predecessor)).toEqual(refused);
    // The twin of turn 2 that nobody has heard of is by now as old as the one that was repeated: one of them, once.
    const twins = [
      (await visitor.say(one.url, 'And then?', { history: newest })).problem,
      (await visitor.say(two.url, 'And then?', { history: newest })).problem,
    ];
    expect(twins.filter((problem) => problem === 'chat-history-refused').length).toBeGreaterThanOrEqual(1);
  }, 60_000);

  it('S7: forged, edited and foreign histories are refused by both, with and without Redis’ memory', async () => {
    const visitor = await come();
    await visitor.say(one.url, 'Can I rent a tent?');
    const stranger = await come(two);
    await stranger.say(two.url, 'How much does gift wrapping cost?');
    const [number = '', sealed = ''] = visitor.history.split('.');
    const flippedAt = (at: number): string =>
      `${number}.${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    const bad = [
      stranger.history,
      `0.${sealed}`,
      `2.${sealed}`,
      sealed,
      visitor.history.slice(0, -4),
      `${visitor.history}A`,
      `${number}.${randomBytes(600).toString('base64url')}`,
      ...[0, 20, 30, Math.floor(sealed.length / 2), sealed.length - 2].map(flippedAt),
    ];
    for (const remembers of [true, false]) {
      if (!remembers) {
        const admin = redis.admin();
        await admin.flushall();
        await admin.quit();
      }
      for (const history of bad)
        expect(await refusals(visitor, history), history.slice(0, 30)).toEqual(refused);
    }
  }, 60_000);

  it('S7: with Redis’ memory gone an authentic history is believed and sets the marker for both', async () => {
    const visitor = await come();
    const kept = [visitor.history];
    for (const question of [
      'Can I rent a tent?',
      'How much does gift wrapping cost?',
      'When do my club points expire?',
    ]) {
      await visitor.say(one.url, question);
      kept.push(visitor.history);
    }
    await redis.kill();
    await redis.start();
    const after = await visitor.sayPatiently(two.url, 'Can I wash the tent in the washing machine?');
    expect(after.answer).toMatchObject({ turn: 4 });
    for (const history of kept.slice(0, 3)) expect(await refusals(visitor, history)).toEqual(refused);
    expect(await visitor.sayPatiently(one.url, 'Can I rent a tent?')).toMatchObject({ answer: { turn: 5 } });
  }, 60_000);
});
