import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BudgetState } from '../../src/contract/budgets.ts';
import type { ProviderState } from '../../src/contract/integrations.ts';
import type { Receipt } from '../../src/contract/stream-events.ts';
import type { FeedbackReport } from '../../src/contract/usage.ts';
import { BrowserClient } from '../support/browser-client.ts';
import { openHouse, problemOf, type FeatureAnswer, type House } from '../support/house.ts';

const password = 'violet kettle seventeen';
let house: House;
let token: string;
let consoleToken: string;

beforeAll(async () => {
  house = await openHouse();
  token = await house.signIn(1001);
  consoleToken = await signInLead();
});
afterAll(() => house?.close());

async function signInLead(): Promise<string> {
  const email = 'lead@house.example';
  await house.control('person-invite', { email, role: 'admin' });
  const { text } = await house.mailTo(email);
  const browser = new BrowserClient(house.serverUrl);
  await browser.send('POST', '/v1/auth/invitation', { token: /#invite=(\S+)/.exec(text)?.[1], password });
  const { body } = await browser.send('POST', '/v1/auth/sign-in', { email, password });
  return String(body['accessToken']);
}

async function ask(method: string, path: string, body?: unknown, as?: string) {
  const response = await fetch(`${house.serverUrl}${path}`, {
    method,
    headers: {
      ...(as !== undefined && { authorization: `Bearer ${as}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}
const lead = (method: string, path: string, body?: unknown) => ask(method, path, body, consoleToken);
const providers = async (): Promise<readonly ProviderState[]> =>
  ((await lead('GET', '/v1/integrations')).body as { providers: ProviderState[] }).providers;

const rewrite = (): Promise<FeatureAnswer> =>
  house.run('rewrite-text', { mode: 'formal', text: 'hello there', locale: 'en' }, { token });
const insight = (): Promise<FeatureAnswer> =>
  house.run('ticket-insight', { ticketId: 1001, locale: 'en' }, { token });
const receiptOf = (answer: FeatureAnswer): Receipt | undefined => {
  const event = answer.events.find(({ type }) => type === 'usage');
  return event?.type === 'usage' ? event.receipt : undefined;
};
const degradedOf = (answer: FeatureAnswer): string | null | undefined => {
  const event = answer.events.find(({ type }) => type === 'output');
  return event?.type === 'output' ? event.degraded : undefined;
};

/** An address nobody listens at. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((done) => server.close(() => done()));
  return `127.0.0.1:${port}`;
}

describe('a provider that fails', () => {
  it('R7: hands over to the one the lead chose, and to nobody before; the receipt says who answered', async () => {
    await house.useProvider('openai-compatible', 'sk-sim.n=5', { label: 'second', model: 'second-model' });
    await house.useProvider('openai-compatible', 'sk-sim.n=5.id=1', { label: 'first', model: 'first-model' });
    expect(receiptOf(await rewrite())?.model).toBe('first-model');
    await house.sandbox('providers', 'POST', 'reset');
    await house.useProvider('openai-compatible', 'sk-sim.status=503.id=2', {
      label: 'first',
      model: 'first-model',
    });
    const alone = await rewrite();
    expect(problemOf(alone)).toBe('provider-overloaded');
    const [second] = (await providers()).filter(({ label }) => label === 'second');
    const chosen = await lead('PUT', '/v1/integrations/provider-fallbacks', { providerIds: [second?.id] });
    expect(chosen.status).toBe(200);
    const answer = await rewrite();
    expect(problemOf(answer)).toBeUndefined();
    expect(receiptOf(answer)).toMatchObject({ model: 'second-model', outcome: 'ok', providerCalls: 4 });
    expect(
      (await providers()).map(({ label, fallbackOrder, keyState }) => [label, fallbackOrder, keyState]),
    ).toEqual(expect.arrayContaining([['second', 1, 'valid']]));
    const unknown = await lead('PUT', '/v1/integrations/provider-fallbacks', {
      providerIds: ['00000000-0000-4000-8000-000000000000'],
    });
    expect(unknown.status).toBe(404);
    expect((await providers()).find(({ label }) => label === 'second')?.fallbackOrder).toBe(1);
    await lead('PUT', '/v1/integrations/provider-fallbacks', { providerIds: [] });
    await house.useProvider('openai-compatible', 'sk-demo', { model: 'indesk-demo', demo: true });
  });

  it('gives what was found without a model, and is left alone after five failures', async () => {
    await house.useProvider('mistral', 'sk-sim.status=503.id=3', { label: 'broken' });
    for (let at = 0; at < 5; at += 1) expect(problemOf(await rewrite())).toBe('provider-overloaded');
    const refused = await rewrite();
    expect(problemOf(refused)).toBe('provider-overloaded');
    expect(receiptOf(refused)).toBeUndefined();
    const problem = refused.events.find(({ type }) => type === 'problem');
    expect(problem).toMatchObject({ problem: { retryAfterSeconds: expect.any(Number) } });
    expect(degradedOf(await insight())).toBe('provider-overloaded');
    await house.useProvider('openai-compatible', 'sk-demo', { model: 'indesk-demo', demo: true });
    const metrics = await (await fetch(house.metricsUrl)).text();
    expect(metrics).toContain(
      'indesk_provider_breaker_total{scope="key",provider="mistral",event="opened"} 1',
    );
  });
});

describe('a budget', () => {
  it('that is used up leaves what works without a model, and says so', async () => {
    const added = await lead('POST', '/v1/budgets', {
      scope: 'subscription',
      feature: null,
      metric: 'tokens',
      period: 'day',
      most: 1,
    });
    expect(added.status).toBe(200);
    const refused = await rewrite();
    expect([refused.status, problemOf(refused)]).toEqual([429, 'budget-used-up']);
    const answer = await insight();
    expect([answer.status, degradedOf(answer)]).toEqual([200, 'budget-used-up']);
    const { budgets } = (await lead('GET', '/v1/budgets')).body as { budgets: BudgetState[] };
    expect(budgets[0]?.state).toBe('used-up');
    const mail = await house.mailTo('lead@house.example', ({ subject }) => subject.includes('budget'));
    expect(mail.subject).toBe('An AI budget is used up');
    await lead('DELETE', `/v1/budgets/${budgets[0]?.id}`);
    expect(problemOf(await rewrite())).toBeUndefined();
  });
});

describe('an agent', () => {
  it('says whether an answer helped and what became of it', async () => {
    const receiptId = receiptOf(await rewrite())?.id;
    const said = await ask(
      'POST',
      '/v1/sidebar/feedback',
      { receiptId, verdict: 'down', reason: 'tone' },
      token,
    );
    expect(said).toEqual({ status: 200, body: { accepted: true } });
    await ask('POST', '/v1/sidebar/outcomes', { receiptId, outcome: 'edited', editDistanceShare: 30 }, token);
    const today = new Date().toISOString().slice(0, 10);
    const rows = async () =>
      ((await lead('GET', `/v1/usage/feedback?from=${today}&to=${today}`)).body as FeedbackReport).rows;
    await expect
      .poll(async () => (await rows()).find(({ feature, down }) => feature === 'rewrite-text' && down > 0), {
        timeout: 5_000,
      })
      .toMatchObject({ down: 1, reasons: { tone: 1 }, edited: 1, meanEditShare: 30 });
    for (const wrong of [
      { receiptId, verdict: 'down', reason: 'because the customer was rude' },
      { receiptId, verdict: 'maybe' },
    ])
      expect((await ask('POST', '/v1/sidebar/feedback', wrong, token)).status).toBe(400);
    const text = { receiptId, outcome: 'discarded', editDistanceShare: 3 };
    expect((await ask('POST', '/v1/sidebar/outcomes', text, token)).status).toBe(400);
  });
});

it('R7: a provider that is not there is not called overloaded', async () => {
  const address = await deadAddress();
  const shut = await openHouse({ environment: { INDESK_ALLOWED_PRIVATE: address } });
  try {
    await shut.useProvider('openai-compatible', 'sk-any', { baseUrl: `http://${address}/v1` });
    const session = await shut.signIn(1001);
    const body = { mode: 'formal', text: 'hello there', locale: 'en' };
    expect(problemOf(await shut.run('rewrite-text', body, { token: session }))).toBe('provider-unreachable');
  } finally {
    await shut.close();
  }
});
