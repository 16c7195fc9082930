import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RewrittenText, SuggestedReply, TicketSummary } from '../../src/contract/copilot.ts';
import { openHouse, outputOf, problemOf, type FeatureAnswer, type House } from '../support/house.ts';

// The whole product and its simulators as processes: what a person meets, over HTTP.
let house: House;
let token: string;

beforeAll(async () => {
  house = await openHouse();
  token = await house.signIn(1001);
});
afterAll(() => house?.close());

const summarize = (ticketId: number, extra: object = {}, as = token): Promise<FeatureAnswer> =>
  house.run('summarize-ticket', { ticketId, locale: 'en', ...extra }, { token: as });
const reply = (ticketId: number, extra: object = {}): Promise<FeatureAnswer> =>
  house.run('suggest-reply', { ticketId, locale: 'en', ...extra }, { token });
const rewrite = (extra: object): Promise<FeatureAnswer> =>
  house.run('rewrite-text', { mode: 'formal', text: 'hello there', locale: 'en', ...extra }, { token });
const addTicket = async (ticket: object): Promise<number> => {
  const requester = { name: 'Test Person', email: 'test.person@example.com', phone: '+1-202-555-0177' };
  return (
    (await house.sandbox('zendesk', 'POST', 'tickets', { requester, status: 'open', ...ticket })) as {
      ticket: { id: number };
    }
  ).ticket.id;
};
const customer = (html: string): object => ({ public: true, html });

describe('a support agent with the demo model', () => {
  it('reads a streamed summary of the ticket', async () => {
    const answer = await summarize(1001);
    expect(problemOf(answer)).toBeUndefined();
    expect(answer.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['started', 'progress', 'partial', 'output', 'usage', 'done']),
    );
    const summary = outputOf<TicketSummary>(answer);
    expect(summary?.wants).not.toBe('');
    expect(summary?.facts.join(' ')).toContain('BL-10437');
    expect(summary?.commentsRead).toBe(6);
  });

  it('gets a reply whose citations stand in their sources', async () => {
    const answer = await reply(1001);
    const output = outputOf<SuggestedReply>(answer);
    expect(output?.text).toMatch(/\[\d\]/);
    expect(output?.citations.length).toBeGreaterThan(0);
    expect(output?.sources.length).toBeGreaterThan(0);
    expect(output?.confidence.reasons.length).toBeGreaterThan(0);
    expect(answer.events.some(({ type }) => type === 'text-delta')).toBe(true);
  });

  it('is asked for what no source says, instead of getting an invention', async () => {
    const id = await addTicket({
      subject: 'Zorblax quantum membership',
      comments: [customer('<p>Does my zorblax quantum membership include teleportation to Neptune?</p>')],
    });
    const output = outputOf<SuggestedReply>(await reply(id));
    expect(output?.text).toBe('');
    expect(output?.missing.join(' ')).toMatch(/zorblax/i);
  });

  it('has a draft rewritten with every link, number and placeholder kept', async () => {
    const text =
      'hi {{ticket.requester.first_name}} ,  i have send order 4711 , see https://help.brookline.example/returns';
    const output = outputOf<RewrittenText>(await rewrite({ mode: 'fix-grammar', text }));
    expect(output?.changed).toBe(true);
    expect(output?.text).toContain('{{ticket.requester.first_name}}');
    expect(output?.text).toContain('4711');
    expect(output?.text).toContain('https://help.brookline.example/returns');
  });

  it('can ask for one body instead of a stream', async () => {
    const answer = await house.run(
      'summarize-ticket',
      { ticketId: 1001, locale: 'en' },
      { token, json: true },
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      output: { commentsRead: 6 },
      receipt: { feature: 'summarize-ticket', demo: true, ticketId: 1001 },
    });
  });

  it('finds receipts of the calls, with numbers and no text', async () => {
    await summarize(1002);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const response = await fetch(`${house.serverUrl}/v1/sidebar/receipts/1002`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { receipts } = (await response.json()) as { receipts: object[] };
    expect(receipts[0]).toMatchObject({
      feature: 'summarize-ticket',
      ticketId: 1002,
      outcome: 'ok',
      costQuality: expect.any(String),
    });
  });

  it.each([1041, 1061, 1071, 1081, 1091])('works on ticket %i in another language', async (ticketId) => {
    expect(problemOf(await summarize(ticketId))).toBeUndefined();
    expect(outputOf<SuggestedReply>(await reply(ticketId))).toBeDefined();
  });
});

describe('difficult tickets', () => {
  it('leaves hidden text and orders to the machine out of summary and reply', async () => {
    for (const ticketId of [1025, 1026, 1027, 1030, 1033, 1052]) {
      const text = JSON.stringify([
        outputOf(await summarize(ticketId)),
        outputOf<SuggestedReply>(await reply(ticketId))?.text,
      ]);
      expect(text).not.toMatch(/ignore (?:all |your |previous )*instructions|ignoriere/i);
      expect(text).not.toMatch(/!\[/);
    }
  });

  it('reads a ticket with 500 comments, first and newest, and says what it left out', async () => {
    const comments = Array.from({ length: 500 }, (_, index) =>
      customer(`<p>Message ${index + 1} about order BL-20001, still no parcel.</p>`),
    );
    const summary = outputOf<TicketSummary>(
      await summarize(await addTicket({ subject: 'Very long', comments })),
    );
    expect((summary?.commentsRead ?? 0) + (summary?.commentsLeftOut ?? 0)).toBe(500);
    expect(summary?.commentsRead).toBeGreaterThan(50);
  });

  it('reads a comment of two megabytes and one of broken HTML', async () => {
    const huge = await addTicket({
      subject: 'Huge',
      comments: [customer(`<p>My tent pole broke. ${'lorem ipsum '.repeat(180_000)}</p>`)],
    });
    expect(problemOf(await summarize(huge))).toBeUndefined();
    const broken = await addTicket({
      subject: 'Broken',
      comments: [customer('<p>My <b>tent<div></p><table><tr>pole broke <![CDATA[ </span><a href="x')],
    });
    expect(JSON.stringify(outputOf(await summarize(broken)))).toMatch(/tent|pole|Broken/);
  });

  it('summarises in parts what is longer than the window of the model', async () => {
    await house.useProvider('openai-compatible', 'sk-demo', {
      model: 'indesk-demo',
      demo: true,
      contextWindow: 4_000,
    });
    const comments = Array.from({ length: 60 }, (_, index) =>
      customer(
        `<p>Message ${index + 1}: the parcel BL-2${String(index).padStart(4, '0')} is late. ${'It matters to me a lot. '.repeat(10)}</p>`,
      ),
    );
    const answer = await summarize(await addTicket({ subject: 'Parts', comments }));
    await house.useProvider('openai-compatible', 'sk-demo', { model: 'indesk-demo', demo: true });
    expect(
      answer.events.some(
        (event) => event.type === 'progress' && event.stage === 'summarising-parts' && (event.total ?? 0) > 1,
      ),
    ).toBe(true);
    expect(outputOf<TicketSummary>(answer)?.commentsRead).toBe(60);
  });

  it('works on a closed ticket and says when a ticket is empty', async () => {
    expect(problemOf(await summarize(1015))).toBeUndefined();
    const empty = await addTicket({ subject: '', comments: [customer('')] });
    expect(problemOf(await summarize(empty))).toBe('ticket-empty');
  });
});

describe('what goes wrong says so and offers a way out', () => {
  afterEach(() => house.sandbox('zendesk', 'DELETE', 'faults'));

  it('unknown ticket, unknown feature, wrong body', async () => {
    expect(problemOf(await summarize(99_999_999))).toBe('ticket-not-found');
    expect(problemOf(await house.run('no-such-feature', {}, { token }))).toBe('not-found');
    expect(problemOf(await summarize(0))).toBe('invalid-request');
    expect(problemOf(await rewrite({ mode: 'sing' }))).toBe('invalid-request');
  });

  it.each([
    [401, 'zendesk-reconnect-needed'],
    [403, 'zendesk-forbidden'],
    [404, 'ticket-not-found'],
    [409, 'ticket-changed'],
    [422, 'ticket-refused-change'],
    [503, 'zendesk-unavailable'],
  ])('Zendesk answering %i becomes %s', async (status, problem) => {
    await house.sandbox('zendesk', 'POST', 'faults', {
      match: '/api/v2/tickets/',
      kind: 'status',
      status,
      times: 50,
    });
    expect(problemOf(await summarize(1003))).toBe(problem);
  });

  it('a slow Zendesk is waited for', async () => {
    await house.sandbox('zendesk', 'POST', 'faults', {
      match: '/api/v2/tickets/',
      kind: 'delay',
      delayMs: 800,
      times: 2,
    });
    expect(problemOf(await summarize(1003))).toBeUndefined();
  });

  it.each([
    ['status=401', 'provider-auth'],
    ['status=429.quota=1', 'provider-quota'],
    ['status=429.ra=60', 'provider-rate-limited'],
    ['status=503', 'provider-overloaded'],
    ['status=404', 'provider-model-not-found'],
    ['cut=3', 'provider-interrupted'],
    ['filter=1', 'provider-refused'],
  ])('a provider with %s becomes %s', async (behaviour, problem) => {
    await house.useProvider('openai-compatible', 'sk-sim.n=20');
    await house.sandbox('providers', 'POST', 'fault', { settings: behaviour });
    expect(problemOf(await rewrite({}))).toBe(problem);
    await house.sandbox('providers', 'POST', 'fault', { settings: '' });
    await house.useProvider('openai-compatible', 'sk-demo', { model: 'indesk-demo', demo: true });
  });

  it('S116: invalid JSON from the model is repaired once, and said when it cannot be', async () => {
    await house.useProvider('openai-compatible', 'sk-sim.badjson=1');
    expect(problemOf(await summarize(1004))).toBeUndefined();
    await house.useProvider('openai-compatible', 'sk-sim.badjson=2');
    expect(problemOf(await summarize(1004))).toBe('provider-bad-output');
    await house.useProvider('openai-compatible', 'sk-demo', { model: 'indesk-demo', demo: true });
  });

  it('a wrong key is refused when it is added, without losing the provider in use', async () => {
    const added = await house.control('provider-add', {
      kind: 'openai-compatible',
      model: 'm',
      apiKey: 'wrong-key',
      baseUrl: `${house.providersUrl}/compatible/v1`,
    });
    expect(added).toMatchObject({ ok: false, message: expect.stringContaining('refused the key') });
    expect(problemOf(await rewrite({}))).toBeUndefined();
  });

  it('a switched-off feature is refused before anything is fetched', async () => {
    await house.control('feature-switch', { feature: 'summarize-ticket', enabled: false });
    expect(problemOf(await summarize(1001))).toBe('feature-disabled');
    await house.control('feature-switch', { feature: 'summarize-ticket', enabled: true });
    expect(problemOf(await summarize(1001))).toBeUndefined();
  });

  it('a ticket of a brand that is not covered is refused', async () => {
    const connection = (await house.sandbox('zendesk', 'GET', 'connection')) as {
      subdomain: string;
      clientId: string;
      clientSecret: string;
      appId: number;
      installationId: number;
    };
    const connect = (brandIds: number[] | null): Promise<{ ok: boolean }> => {
      const { subdomain, clientId, clientSecret, appId, installationId } = connection;
      return house.control('connect-zendesk', {
        subdomain,
        clientId,
        clientSecret,
        appId,
        installationId,
        brandIds,
      });
    };
    expect(await connect([501])).toMatchObject({ ok: true });
    expect(problemOf(await summarize(1010))).toBe('ticket-brand-not-covered');
    await connect(null);
    expect(problemOf(await summarize(1010))).toBeUndefined();
  });

  it('no provider and no Zendesk say what to do first', async () => {
    const doctor = await house.control('doctor', null, 'fresh');
    expect(doctor.lines?.join('\n')).toMatch(/not connected yet[\s\S]*none yet/);
  });

  it('a panel that closes ends the call at the provider', async () => {
    await house.useProvider('openai-compatible', 'sk-sim.n=500.itl=20');
    const state = async (): Promise<number> =>
      ((await house.sandbox('providers', 'GET', 'state')) as { earlyCloses: number }).earlyCloses;
    const before = await state();
    await house
      .run(
        'rewrite-text',
        { mode: 'formal', text: 'hello there', locale: 'en' },
        { token, signal: AbortSignal.timeout(400) },
      )
      .catch(() => undefined);
    await expect.poll(state, { timeout: 3_000 }).toBeGreaterThan(before);
    await house.useProvider('openai-compatible', 'sk-demo', { model: 'indesk-demo', demo: true });
  });
});

// Last, because the account is left alone for the seconds it asked for.
describe('a Zendesk that asks to slow down', () => {
  it('Zendesk asking to slow down carries the seconds', async () => {
    await house.sandbox('zendesk', 'POST', 'faults', {
      match: '/api/v2/tickets/',
      kind: 'status',
      status: 429,
      retryAfterSeconds: 20,
      times: 50,
    });
    const answer = await summarize(1003);
    const event = answer.events.find(({ type }) => type === 'problem');
    expect(event).toMatchObject({
      problem: { type: '/problems/zendesk-rate-limited', retryAfterSeconds: 20 },
    });
  });
});
