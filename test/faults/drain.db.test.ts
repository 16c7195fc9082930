import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../src/contract/stream-events.ts';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { openReplicas, type Replicas } from '../support/replicas.ts';
import { rollThrough } from '../support/rolling-restarts.ts';

const available = engines.some(({ name, available: is }) => name === 'postgres' && is);
// scripts/rolling-restarts.ts does the fifty that count.
const restarts = 2;

describe.skipIf(!available)('two replicas behind a load balancer', () => {
  let house: Replicas;

  beforeAll(async () => {
    house = await openReplicas({
      count: 2,
      databaseUrl: appConnectionString(await copyTemplate()),
      environment: { INDESK_DRAIN_SECONDS: '1' },
    });
  });
  afterAll(() => house?.close());

  const first = () => {
    const [replica] = house.replicas;
    if (replica === undefined) throw new Error('no replica');
    return replica;
  };
  const again = async () => {
    await first().ended();
    await first().startAgain();
  };

  it('R15: fail no request while one after the other restarts under load', async () => {
    const result = await rollThrough({ replicas: house, restarts, requestsPerSecond: 40, askEveryMs: 100 });
    expect([...result.failed]).toEqual([]);
    expect(result.badExits).toEqual([]);
    expect(result.requests).toBeGreaterThan(80);
    expect(result.longestStopMs).toBeLessThan(30_000);
  });

  it('R15: say at once that they are not ready, and still answer while they drain', async () => {
    const token = await house.signIn();
    const state = () =>
      fetch(`${first().url}/v1/sidebar/state`, { headers: { authorization: `Bearer ${token}` } });
    const ended = first().ended();
    first().signal('SIGTERM');
    await sleep(150);
    expect((await fetch(`${first().url}/readyz`)).status).toBe(503);
    expect((await fetch(`${first().url}/livez`)).status).toBe(200);
    const answer = await state();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
    const { code, afterMs } = await ended;
    expect(code).toBe(0);
    expect(afterMs).toBeGreaterThan(950);
    await again();
  });

  /** An answer whose provider never says a word. */
  const openStream = async (): Promise<{
    readonly started: Promise<void>;
    readonly events: Promise<StreamEvent[]>;
  }> => {
    const token = await house.signIn();
    await fetch(`${house.providersUrl}/_sandbox/fault`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings: 'ttft=60000' }),
    });
    const response = await fetch(`${first().url}/v1/copilot/summarize-ticket`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ticketId: 1001, locale: 'en' }),
    });
    const started = Promise.withResolvers<void>();
    const read = async (): Promise<StreamEvent[]> => {
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        text += decoder.decode(chunk, { stream: true });
        if (text.includes('"writing"')) started.resolve();
      }
      return text
        .split('\n\n')
        .filter((frame) => frame !== '')
        .map((frame) => JSON.parse(frame.replace(/^data: /, '')) as StreamEvent);
    };
    return { started: started.promise, events: read() };
  };

  it('R15: end a stream with a last word and the time to come back', async () => {
    const stream = await openStream();
    await stream.started;
    const ended = first().ended();
    first().signal('SIGINT');
    const last = (await stream.events).at(-1);
    expect(last).toMatchObject({
      type: 'problem',
      problem: { type: '/problems/shutting-down', retryAfterSeconds: 2 },
    });
    const { code, afterMs } = await ended;
    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(8_000);
    await again();
  });

  it('R15: end at once when they are told a second time', async () => {
    const stream = await openStream();
    await stream.started;
    const cutOff = expect(stream.events).rejects.toThrow('terminated');
    const ended = first().ended();
    first().signal('SIGTERM');
    await sleep(200);
    first().signal('SIGTERM');
    const { code, afterMs } = await ended;
    expect(code).toBe(1);
    expect(afterMs).toBeLessThan(1_500);
    await cutOff;
    await again();
  });
});
