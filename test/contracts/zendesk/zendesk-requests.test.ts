import { afterEach, describe, expect, it } from 'vitest';
import { createEgress } from '../../../src/adapters/egress/create-egress.ts';
import {
  connection,
  startScriptedZendesk,
  type Script,
  type ScriptedAnswer,
  type ScriptedZendesk,
} from './scripted-zendesk.ts';
import type { ZendeskRequestOptions } from '../../../src/adapters/zendesk/request.ts';

const canary = 'CANARY-7f3a customer text and bearer abc';
const ticket = {
  id: 7,
  status: 'open',
  requester_id: 1,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
};
const auditsOf7: Script = ({ url }) =>
  url.pathname === '/api/v2/tickets/7/audits' ? { body: { audits: [] } } : undefined;

const running: ScriptedZendesk[] = [];

async function start(script: Script, options?: Partial<ZendeskRequestOptions>): Promise<ScriptedZendesk> {
  const zendesk = await startScriptedZendesk(
    (host) => createEgress({ allowedPrivate: [], zendeskHosts: [host] }),
    script,
    options,
  );
  running.push(zendesk);
  return zendesk;
}

afterEach(() => Promise.all(running.splice(0).map((zendesk) => zendesk.close())));

/** Answers the audits with the listed answers, one after another, the last for ever. */
function inTurn(...answers: ScriptedAnswer[]): Script {
  let next = 0;
  return (request) =>
    auditsOf7(request) === undefined ? undefined : answers[Math.min(next++, answers.length - 1)];
}

async function problemOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  return work.then(
    () => ({ type: 'none' }),
    (error: unknown) => ({
      ...(error as object),
      text: `${String(error)} ${JSON.stringify(error)} ${String((error as Error).stack)}`,
      cause: (error as Error).cause,
    }),
  );
}

const ok: ScriptedAnswer = { body: { audits: [] } };
const attempts = (zendesk: ScriptedZendesk): number =>
  zendesk.requests.filter((line) => line.includes('/audits')).length;

describe('refusals by Zendesk', () => {
  it.each([
    [403, 'zendesk-forbidden', 1],
    [404, 'ticket-not-found', 1],
    [409, 'ticket-changed', 1],
    [422, 'ticket-refused-change', 1],
    [400, 'internal', 1],
    [401, 'zendesk-reconnect-needed', 2],
    [429, 'zendesk-rate-limited', 3],
    [500, 'zendesk-unavailable', 1],
    [503, 'zendesk-unavailable', 3],
  ])(
    'answers %i with %s after %i attempts, without a word of what Zendesk wrote',
    async (status, type, tries) => {
      const zendesk = await start(inTurn({ status, body: { error: canary, description: canary } }));
      const problem = await problemOf(zendesk.helpDesk.audits(zendesk.call(), 7));
      expect(problem).toMatchObject({ type, cause: undefined });
      expect(attempts(zendesk)).toBe(tries);
      expect(problem['text']).not.toContain('CANARY');
      expect(zendesk.logged.join()).not.toContain('CANARY');
      expect(zendesk.logged.join()).toContain('"route":"audits"');
      expect(zendesk.measured).toContain(`audits ${status}`);
    },
  );

  it('does not follow a redirect', async () => {
    const zendesk = await start(inTurn({ status: 302, headers: { location: 'http://169.254.169.254/' } }));
    expect(await problemOf(zendesk.helpDesk.audits(zendesk.call(), 7))).toMatchObject({
      type: 'egress-refused',
    });
  });

  it.each([
    ['no JSON', `<html>${canary}</html>`],
    ['another shape', { audits: canary }],
    ['nothing', ''],
  ])('says that an answer of %s could not be read', async (_name, body) => {
    const zendesk = await start(inTurn({ body }));
    const problem = await problemOf(zendesk.helpDesk.audits(zendesk.call(), 7));
    expect(problem).toMatchObject({
      type: 'zendesk-unavailable',
      detail: 'Zendesk sent an answer we could not read.',
    });
    expect(problem['text']).not.toContain('CANARY');
  });

  it('sends no request for an id that is none', async () => {
    const zendesk = await start(auditsOf7);
    for (const id of [0, -1, 1.5, Number.NaN, Number.MAX_VALUE]) {
      expect(await problemOf(zendesk.helpDesk.audits(zendesk.call(), id))).toMatchObject({
        type: 'ticket-not-found',
      });
    }
    expect(zendesk.requests).toEqual([]);
  });
});

describe('retries', () => {
  it.each([429, 502, 503, 504])('tries again after a %i', async (status) => {
    const zendesk = await start(inTurn({ status }, ok));
    await zendesk.helpDesk.audits(zendesk.call(), 7);
    expect(attempts(zendesk)).toBe(2);
  });

  it('tries again after a broken connection', async () => {
    const zendesk = await start(inTurn({ cut: true }, ok));
    await zendesk.helpDesk.audits(zendesk.call(), 7);
    expect(attempts(zendesk)).toBe(2);
  });

  it('waits as long as Zendesk asks when it is short', async () => {
    const zendesk = await start(inTurn({ status: 429, headers: { 'retry-after': '1' } }, ok));
    const begun = performance.now();
    await zendesk.helpDesk.audits(zendesk.call(), 7);
    expect(performance.now() - begun).toBeGreaterThan(950);
  });

  it('says when to come back instead of waiting long, and leaves the account alone until then', async () => {
    const zendesk = await start(inTurn({ status: 429, headers: { 'retry-after': '40' } }, ok));
    expect(await problemOf(zendesk.helpDesk.audits(zendesk.call(), 7))).toMatchObject({
      type: 'zendesk-rate-limited',
      retryAfterSeconds: 40,
    });
    expect(await problemOf(zendesk.helpDesk.audits(zendesk.call(), 7))).toMatchObject({
      type: 'zendesk-rate-limited',
    });
    expect(attempts(zendesk)).toBe(1);
  });

  it.each([
    ['x-rate-limit-remaining', 'ratelimit-reset'],
    ['ratelimit-remaining', 'ratelimit-reset'],
    ['rate-limit-remaining', 'rate-limit-reset'],
  ])('sends nothing more once %s is 0', async (remaining, reset) => {
    const zendesk = await start(inTurn({ ...ok, headers: { [remaining]: '0', [reset]: '30' } }));
    await zendesk.helpDesk.audits(zendesk.call(), 7);
    expect(await problemOf(zendesk.helpDesk.audits(zendesk.call(), 7))).toMatchObject({
      type: 'zendesk-rate-limited',
      retryAfterSeconds: 30,
    });
    expect(attempts(zendesk)).toBe(1);
  });

  it('adds no more than a tenth to the calls while Zendesk is down', async () => {
    const zendesk = await start(inTurn({ status: 503 }));
    for (let index = 0; index < 60; index += 1) await problemOf(zendesk.helpDesk.audits(zendesk.call(), 7));
    // Ten in reserve and a tenth of the sixty.
    expect(attempts(zendesk)).toBeLessThanOrEqual(60 + 10 + 6);
  });
});

describe('time', () => {
  it('gives up after the deadline', async () => {
    const zendesk = await start(inTurn({ ...ok, delayMs: 2_000 }), { deadlineMs: 150 });
    const begun = performance.now();
    expect(await problemOf(zendesk.helpDesk.audits(zendesk.call(), 7))).toMatchObject({
      type: 'zendesk-unavailable',
    });
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('ends with the reason of the person who left', async () => {
    const zendesk = await start(inTurn({ ...ok, delayMs: 2_000 }));
    const controller = new AbortController();
    const reason = new Error('left');
    setTimeout(() => controller.abort(reason), 50);
    await expect(zendesk.helpDesk.audits(zendesk.call({ signal: controller.signal }), 7)).rejects.toBe(
      reason,
    );
  });

  it('reports an account that cannot be reached as unavailable', async () => {
    const zendesk = await start(auditsOf7);
    const call = zendesk.call();
    await zendesk.close();
    expect(await problemOf(zendesk.helpDesk.audits(call, 7))).toMatchObject({ type: 'zendesk-unavailable' });
  });
});

describe('tokens', () => {
  it('are asked for once by calls at the same time, and kept', async () => {
    const zendesk = await start(auditsOf7);
    await Promise.all(Array.from({ length: 10 }, () => zendesk.helpDesk.audits(zendesk.call(), 7)));
    await zendesk.helpDesk.audits(zendesk.call(), 7);
    expect(zendesk.tokensGiven()).toBe(1);
  });

  it('are renewed once when Zendesk refuses one in the middle of the session', async () => {
    let good = 'token-1';
    const zendesk = await start((request) =>
      auditsOf7(request) && request.token !== good ? { status: 401 } : auditsOf7(request),
    );
    await zendesk.helpDesk.audits(zendesk.call(), 7);
    good = 'token-2';
    await Promise.all([
      zendesk.helpDesk.audits(zendesk.call(), 7),
      zendesk.helpDesk.audits(zendesk.call(), 7),
    ]);
    expect(zendesk.tokensGiven()).toBe(2);
  });

  it('are replaced a minute before they expire', async () => {
    let elapsed = 0;
    const zendesk = await start(auditsOf7, { clock: { now: () => new Date(), elapsed: () => elapsed } });
    await zendesk.helpDesk.audits(zendesk.call(), 7);
    elapsed = 1_739_000;
    await zendesk.helpDesk.audits(zendesk.call(), 7);
    expect(zendesk.tokensGiven()).toBe(1);
    elapsed = 1_741_000;
    await zendesk.helpDesk.audits(zendesk.call(), 7);
    expect(zendesk.tokensGiven()).toBe(2);
  });

  it('are not shared between subscriptions or after the secret was replaced', async () => {
    const zendesk = await start(auditsOf7);
    for (const changed of [{}, { subscriptionId: 'other' }, { clientSecret: 'new' }, { clientId: 'other' }]) {
      await zendesk.helpDesk.audits(zendesk.call({ connection: { ...connection, ...changed } }), 7);
    }
    expect(zendesk.tokensGiven()).toBe(4);
  });

  it('go on for the others when the one who asked first leaves', async () => {
    const zendesk = await start((request) =>
      request.url.pathname === '/oauth/tokens'
        ? { body: { access_token: 'slow' }, delayMs: 150 }
        : auditsOf7(request),
    );
    const controller = new AbortController();
    const first = problemOf(zendesk.helpDesk.audits(zendesk.call({ signal: controller.signal }), 7));
    const second = zendesk.helpDesk.audits(zendesk.call(), 7);
    setTimeout(() => controller.abort(new Error('left')), 30);
    expect((await first)['text']).toContain('left');
    await second;
    expect(zendesk.requests.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it.each([
    [400, 'zendesk-reconnect-needed'],
    [401, 'zendesk-reconnect-needed'],
    [404, 'zendesk-reconnect-needed'],
    [429, 'zendesk-rate-limited'],
    [500, 'zendesk-unavailable'],
  ])('that are refused with %i mean %s, and the secret is nowhere', async (status, type) => {
    const zendesk = await start((request) =>
      request.url.pathname === '/oauth/tokens'
        ? { status, body: { error: request.body } }
        : auditsOf7(request),
    );
    const problem = await problemOf(zendesk.helpDesk.audits(zendesk.call(), 7));
    expect(problem).toMatchObject({ type });
    expect(`${problem['text']}${zendesk.logged.join()}`).not.toContain('not-a-secret');
  });

  it('are asked for anew to check a connection', async () => {
    const zendesk = await start(({ url }) =>
      url.pathname.endsWith('/tokens/current.json')
        ? { body: { token: { id: 1, user_id: 5, scopes: ['read'] } } }
        : undefined,
    );
    await zendesk.helpDesk.checkConnection(zendesk.call());
    expect(await zendesk.helpDesk.checkConnection(zendesk.call())).toEqual({ scopes: ['read'], userId: 5 });
    expect(zendesk.tokensGiven()).toBe(2);
  });
});

describe('round trips', () => {
  it('are counted for the receipt, the token and retries included', async () => {
    let trips = 0;
    const zendesk = await start(({ url }) => {
      if (url.pathname === '/api/v2/tickets/7') return { body: { ticket } };
      return url.pathname === '/api/v2/tickets/7/comments' ? { body: { comments: [] } } : undefined;
    });
    await zendesk.helpDesk.ticketWithComments(zendesk.call({ onRoundTrip: () => (trips += 1) }), 7);
    expect(trips).toBe(3);
    expect(zendesk.requests).toHaveLength(3);
  });
});
