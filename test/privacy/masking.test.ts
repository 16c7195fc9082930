import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RewrittenText, TicketSummary } from '../../src/contract/copilot.ts';
import type { Receipt } from '../../src/contract/stream-events.ts';
import { BrowserClient } from '../support/browser-client.ts';
import { openHouse, outputOf, problemOf, type FeatureAnswer, type House } from '../support/house.ts';

// Values that must never reach a provider while masking is on; each is found by another finder.
const values = {
  email: 'canary.ana@private.example',
  phone: '0171 5550199',
  card: '4111 1111 1111 1111',
  iban: 'DE89 3704 0044 0532 0130 00',
  ip: '203.0.113.77',
  custom: 'Project Nightjar',
};
const all = Object.values(values);
const password = 'seven unrelated green lamps';

const pauseMs = 3;

/** A provider that streams what a test tells it to, in pieces cut where the test says, and keeps what it was sent. */
class ScriptedProvider {
  readonly received: string[] = [];
  answer: (prompt: string) => string = (prompt) => prompt;
  /** Positions at which the answer is cut into chunks. */
  cuts: readonly number[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#reply(request, response));
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readText(request);
    this.received.push(body);
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify({ data: [{ id: 'scripted' }] }));
    }
    const { messages, stream } = JSON.parse(body) as {
      messages: { role: string; content: string }[];
      stream?: boolean;
    };
    const answer = this.answer(messages.find(({ role }) => role === 'user')?.content ?? '');
    const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
    const base = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'scripted' };
    if (stream !== true) {
      response.setHeader('content-type', 'application/json');
      const message = { role: 'assistant', content: answer };
      return void response.end(
        JSON.stringify({ ...base, choices: [{ index: 0, message, finish_reason: 'stop' }], usage }),
      );
    }
    response.setHeader('content-type', 'text/event-stream');
    const edges = [0, ...this.cuts.filter((cut) => cut < answer.length), answer.length];
    for (let at = 1; at < edges.length; at += 1) {
      // Chunks that arrive together would be read as one.
      if (at > 1) await sleep(pauseMs);
      const delta = { role: 'assistant', content: answer.slice(edges[at - 1], edges[at]) };
      response.write(
        `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`,
      );
    }
    const last = { ...base, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage };
    response.end(`data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`);
  }

  /** Host and port. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const provider = new ScriptedProvider();
let house: House;
let token: string;
let admin: BrowserClient;

beforeAll(async () => {
  await provider.listen();
  const { address } = provider;
  house = await openHouse({ environment: { INDESK_ALLOWED_PRIVATE: address } });
  token = await house.signIn(1001);
  await house.useProvider('openai-compatible', 'sk-scripted-key', { baseUrl: `http://${address}/v1` });
  await house.control('person-invite', { email: 'ada@shop.example', role: 'admin' });
  const mail = await house.mailTo('ada@shop.example');
  const link = /#[a-z-]+=([A-Za-z0-9_-]{43})\b/.exec(mail.text)?.[1] ?? '';
  admin = new BrowserClient(house.serverUrl);
  await admin.send('POST', '/v1/auth/invitation', { token: link, password });
  await admin.send('POST', '/v1/auth/sign-in', { email: 'ada@shop.example', password });
  await setMasking(true);
});
afterAll(async () => {
  await house?.close();
  provider.close();
});

async function setMasking(enabled: boolean): Promise<void> {
  const answer = await admin.send('PUT', '/v1/settings/masking', {
    enabled,
    types: ['email', 'phone', 'card', 'iban', 'ip'],
    phoneRegions: [],
    patterns: [{ name: 'PROJECT', pattern: 'Project [A-Z][a-z]+' }],
  });
  expect(answer.status).toBe(200);
}

const text = `Dear team, write to ${values.email}, call ${values.phone}, card ${values.card}, IBAN ${values.iban}, from ${values.ip}, about ${values.custom}.`;
const rewrite = (json = false): Promise<FeatureAnswer> =>
  house.run('rewrite-text', { mode: 'formal', text, locale: 'en' }, { token, json });
const draftIn = (prompt: string): string =>
  /kind="draft"[^>]*>\n([\s\S]*?)\n<\/data-/.exec(prompt)?.[1] ?? '';
const streamed = (answer: FeatureAnswer): string =>
  answer.events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
const receiptOf = (answer: FeatureAnswer): Receipt | undefined => {
  const event = answer.events.find(({ type }) => type === 'usage');
  return event?.type === 'usage' ? event.receipt : undefined;
};
const leaked = (): string[] => all.filter((value) => provider.received.some((body) => body.includes(value)));

describe('with masking on', () => {
  it('the provider sees no value and the agent sees every one, wherever the stream is cut', async () => {
    provider.answer = draftIn;
    provider.cuts = [];
    provider.received.length = 0;
    const whole = await rewrite();
    const { length } = draftIn(
      (JSON.parse(provider.received.at(-1) ?? '{}') as { messages: { content: string }[] }).messages.at(-1)
        ?.content ?? '',
    );
    expect(length).toBeGreaterThan(100);
    for (let cut = 1; cut <= length; cut += 1) {
      provider.cuts = [cut];
      const answer = await rewrite();
      expect(problemOf(answer)).toBeUndefined();
      expect(streamed(answer)).toBe(text);
      expect(outputOf<RewrittenText>(answer)?.text).toBe(text);
    }
    provider.cuts = Array.from({ length: length - 1 }, (_, at) => at + 1);
    expect(streamed(await rewrite())).toBe(text);
    expect(leaked()).toEqual([]);
    expect(receiptOf(whole)).toMatchObject({
      valuesMasked: 6,
      masked: { email: 1, phone: 1, card: 1, iban: 1, ip: 1, custom: 1 },
    });
  }, 120_000);

  it('a whole answer has the values back too', async () => {
    provider.answer = draftIn;
    provider.received.length = 0;
    const { body } = await rewrite(true);
    expect(body).toMatchObject({ output: { text }, receipt: { valuesMasked: 6 } });
    expect(leaked()).toEqual([]);
  });

  it('a summary of a ticket is restored while it arrives and when it is checked', async () => {
    const { ticket } = (await house.sandbox('zendesk', 'POST', 'tickets', {
      subject: `Refund to ${values.iban}`,
      requester: { name: 'Test Person', email: 'test.person@example.com', phone: '+1-202-555-0177' },
      status: 'open',
      comments: [
        { public: true, html: `<p>Please write to ${values.email} or call ${values.phone}.</p>` },
        { public: false, html: `<p>She paid with ${values.card} from ${values.ip}: ${values.custom}.</p>` },
      ],
    })) as { ticket: { id: number } };
    provider.received.length = 0;
    provider.answer = (prompt) => {
      const tokens = [...new Set(prompt.match(/\[[A-Z]+_\d+_\w{4}\]/g))].slice(0, 6);
      return JSON.stringify({
        wants: `A refund: ${tokens.join(' ')}`,
        facts: tokens,
        happened: [],
        open: [],
        next: null,
        changed: [],
      });
    };
    provider.cuts = Array.from({ length: 60 }, (_, at) => 1 + at * 7);
    const answer = await house.run('summarize-ticket', { ticketId: ticket.id, locale: 'en' }, { token });
    const summary = outputOf<TicketSummary>(answer);
    expect([...(summary?.facts ?? [])].sort()).toEqual([...all].sort());
    const partial = JSON.stringify(answer.events.filter(({ type }) => type === 'partial'));
    expect(partial).toContain(values.email);
    expect(partial).not.toMatch(/\[EMAIL_1_\w{4}\]/);
    expect(leaked()).toEqual([]);
    expect(receiptOf(answer)?.masked).toEqual({ email: 1, phone: 1, card: 1, iban: 1, ip: 1, custom: 1 });
    await sleep(600);
    const response = await fetch(`${house.serverUrl}/v1/sidebar/receipts/${ticket.id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { receipts } = (await response.json()) as { receipts: Receipt[] };
    expect(receipts[0]?.masked).toEqual(receiptOf(answer)?.masked);
  });

  it('a ticket too long for the model leaks nothing where it is cut', async () => {
    await house.useProvider('openai-compatible', 'sk-scripted-key', {
      baseUrl: `http://${provider.address}/v1`,
      contextWindow: 4_000,
    });
    const marked = Array.from({ length: 400 }, (_, at) => `canary.${at}@private.example ${values.card}`).join(
      ', ',
    );
    const { ticket } = (await house.sandbox('zendesk', 'POST', 'tickets', {
      subject: 'Long',
      requester: { name: 'Test Person', email: 'test.person@example.com', phone: '+1-202-555-0177' },
      status: 'open',
      comments: [{ public: true, html: `<p>Please delete ${marked}</p>` }],
    })) as { ticket: { id: number } };
    provider.received.length = 0;
    provider.cuts = [];
    const answer = await house.run('summarize-ticket', { ticketId: ticket.id, locale: 'en' }, { token });
    expect(problemOf(answer)).toBeUndefined();
    expect(provider.received.length).toBeGreaterThan(2);
    for (const body of provider.received) expect(body).not.toMatch(/canary|private|rivate\.|1111/);
    expect(JSON.stringify(outputOf<TicketSummary>(answer))).toMatch(/canary\.\d+@private\.example/);
    await house.useProvider('openai-compatible', 'sk-scripted-key', {
      baseUrl: `http://${provider.address}/v1`,
    });
  });
});

describe('with masking off', () => {
  it('the provider sees the values: what the tests above look for can be seen', async () => {
    await setMasking(false);
    provider.answer = draftIn;
    provider.cuts = [];
    provider.received.length = 0;
    const answer = await rewrite();
    expect(streamed(answer)).toBe(text);
    expect(leaked()).toEqual(all);
    expect(receiptOf(answer)).toMatchObject({ valuesMasked: 0, masked: {} });
  });
});
