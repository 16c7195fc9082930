import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../kernel/json.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { OutputShape, ProviderKind } from '../../ports/model-provider.ts';
import { reasonOf } from './call.ts';
import { DeltaQueue } from './delta-queue.ts';
import { AnswerFault, faultOf, problemOf } from './errors.ts';
import { isReasoningModel } from './models.ts';
import { Prices } from './prices.ts';
import { pauseBefore } from './retry.ts';
import { readOutput } from './structured.ts';
import { TextTap } from './text-tap.ts';
import { roughTokens, tokenFactor, TokenCounter } from './tokens.ts';
import { addUsage, countsOf, Ledger } from './usage.ts';
import type { WireFormat } from './wire-formats.ts';

const noon = new Date('2026-11-20T12:00:00Z');
const counts = { input: 1_200, cached: 1_024, cacheWrite: 0, output: 96, reasoning: 16 };
const sdkUsage = {
  inputTokens: { total: 1_200, noCache: 176, cacheRead: 1_024, cacheWrite: undefined },
  outputTokens: { total: 96, text: 80, reasoning: 16 },
};

describe('prices', () => {
  const prices = new Prices();
  const price = (kind: ProviderKind, model: string, baseUrl?: string) =>
    prices.priceOf({ kind, model, baseUrl }, counts, noon);

  test('come from the catalogue for a listed model, also with a date or as its latest', () => {
    // 176 × 0.75 + 1,024 × 0.075 + 96 × 4.5 dollars a million.
    expect(price('openai', 'gpt-5.4-mini')).toEqual({ costNanoUsd: 640_800, costQuality: 'catalog' });
    expect(price('openai', 'gpt-5.4-mini-2026-03-17')).toEqual({
      costNanoUsd: 640_800,
      costQuality: 'catalog',
    });
    expect(price('anthropic', 'claude-haiku-4-5-20251001')).toMatchObject({ costQuality: 'catalog' });
    expect(price('mistral', 'mistral-large-latest')).toMatchObject({ costQuality: 'catalog' });
  });

  test('are marked as a relative when only the beginning of the name is listed', () => {
    expect(price('anthropic', 'claude-sonnet-5-5').costQuality).toBe('family');
  });

  test('are unknown, not zero, for models and addresses nobody lists', () => {
    const unknown = { costNanoUsd: null, costQuality: 'unknown' };
    expect(price('openai', 'no-such-model')).toEqual(unknown);
    expect(price('openai-compatible', 'gpt-5.4-mini', 'http://127.0.0.1:8080/v1')).toEqual(unknown);
    expect(
      price('openai-compatible', 'llama-3.3-70b-versatile', 'https://api.groq.com/openai/v1').costQuality,
    ).toBe('catalog');
  });

  test('know the window of a listed model', () => {
    expect(prices.windowOf({ kind: 'anthropic', model: 'claude-haiku-4-5', baseUrl: undefined })).toBe(
      200_000,
    );
    expect(prices.windowOf({ kind: 'openai-compatible', model: 'x', baseUrl: undefined })).toBeUndefined();
  });
});

describe('usage', () => {
  const generation = {
    connection: {
      kind: 'openai',
      baseUrl: undefined,
      apiKey: 'k',
      model: 'gpt-5.4-mini',
      demo: false,
      contextWindow: undefined,
    },
    prompt: Transient.of({ system: 'You help.', user: 'Where is my order?' }),
    maxOutputTokens: 10,
    signal: new AbortController().signal,
  } as const;
  const ledger = () =>
    new Ledger(generation, {
      tokens: new TokenCounter(),
      prices: new Prices(),
      clock: { now: () => noon, elapsed: () => 0 },
    });

  test('keeps cached and reasoning tokens as parts of their totals', () => {
    expect(countsOf(sdkUsage)).toEqual(counts);
    expect(countsOf(undefined)).toBeUndefined();
    expect(
      countsOf({ ...sdkUsage, outputTokens: { total: undefined, text: undefined, reasoning: undefined } }),
    ).toBeUndefined();
  });

  test('takes the cost the provider names', () => {
    const book = ledger();
    book.called();
    book.bill(sdkUsage, 0.0042, 'text');
    expect(book.spent()).toMatchObject({
      calls: 1,
      usage: { costNanoUsd: 4_200_000, costQuality: 'provider', reasoningTokens: 16 },
    });
  });

  test('is estimated for a call whose bill never came, and as unsure as its least sure part', () => {
    const book = ledger();
    book.bill(sdkUsage, undefined, 'text');
    book.estimate('Your order left the warehouse.');
    const { usage } = book.spent();
    expect(usage.costQuality).toBe('estimated');
    expect(usage.inputTokens).toBeGreaterThan(1_203);
    expect(usage.outputTokens).toBeGreaterThan(100);
    expect(usage.costNanoUsd).toBeGreaterThan(640_800);
    expect(addUsage(usage, { ...usage, costNanoUsd: null, costQuality: 'unknown' })).toMatchObject({
      costNanoUsd: null,
      costQuality: 'unknown',
    });
  });
});

describe('tokens', () => {
  const samples = {
    English:
      'Hi team, my parcel 48291 should have come on Tuesday but the page still says "label created". Can you look into it? ',
    German:
      'Guten Tag, meine Bestellung sollte am Dienstag ankommen, aber die Sendungsverfolgung zeigt weiterhin „erstellt“. ',
    Russian:
      'Здравствуйте, мой заказ должен был прийти во вторник, но на странице всё ещё написано «этикетка создана». ',
    Japanese:
      '注文した商品が火曜日に届く予定でしたが、追跡ページにはまだ「ラベル作成済み」と表示されています。',
    log: '2026-11-20T09:31:02.114Z ERROR [req-8f3a1c] POST /api/v2/orders/48291/refund 502 {"code":"UPSTREAM_TIMEOUT"}\n',
  };
  const openai = { kind: 'openai', model: 'gpt-5.4' } as const;

  test('are counted by the tokenizer, and guessed within a third before it is there', async () => {
    const counter = new TokenCounter();
    await counter.load();
    for (const [language, text] of Object.entries(samples)) {
      const exact = counter.count(openai, text);
      expect(exact, language).toBeGreaterThan(15);
      expect(Math.abs(roughTokens(text) / exact - 1), language).toBeLessThan(0.34);
    }
    expect(counter.count(openai, 'end <|endoftext|> end')).toBeGreaterThan(4);
    expect(counter.count({ kind: 'anthropic', model: 'claude-haiku-4-5' }, samples.English)).toBe(
      Math.ceil(counter.count(openai, samples.English) * 1.5),
    );
  });

  test('of a very long text take milliseconds and stay close', async () => {
    const counter = new TokenCounter();
    await counter.load();
    const once = counter.count(openai, samples.English);
    const started = performance.now();
    const long = counter.count(openai, samples.English.repeat(20_000));
    counter.count(openai, 'a'.repeat(2_000_000));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(Math.abs(long / (once * 20_000) - 1)).toBeLessThan(0.1);
  });

  test('carry a factor for tokenizers we do not have', () => {
    expect(tokenFactor({ kind: 'openrouter', model: 'anthropic/claude-sonnet-5' })).toBe(1.5);
    expect(tokenFactor({ kind: 'openrouter', model: 'openai/gpt-5.4' })).toBe(1);
    expect(tokenFactor({ kind: 'openai-compatible', model: 'llama' })).toBe(1.15);
  });
});

describe('structured output', () => {
  const shape: OutputShape = {
    name: 'x',
    schema: {},
    accepts: (value: JsonValue) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && 'intent' in value,
  };

  test('is found in prose, fences and after other values', () => {
    expect(readOutput('{"intent":"refund"}', shape)).toEqual({ intent: 'refund' });
    expect(
      readOutput('Sure! Here it is:\n```json\n{"intent":"a } in a \\" string"}\n```\nBye', shape),
    ).toEqual({ intent: 'a } in a " string' });
    expect(readOutput('Note [1] says {no} but {"intent":"x"}', shape)).toEqual({ intent: 'x' });
  });

  test('is missing when nothing fits', () => {
    expect(readOutput('{"intent":"cut off', shape)).toBeUndefined();
    expect(readOutput('{"other":1}', shape)).toBeUndefined();
    expect(readOutput('['.repeat(100_000), shape)).toBeUndefined();
  });
});

describe('errors', () => {
  const sign = (statusCode: number | undefined, body: unknown, responseHeaders = {}) =>
    faultOf({ statusCode, responseBody: JSON.stringify(body), responseHeaders, message: 'CANARY' }, 'openai');

  test('are told apart by status and words', () => {
    expect(sign(429, { error: { code: 'insufficient_quota' } })).toMatchObject({
      problem: 'provider-quota',
      retry: false,
    });
    expect(sign(429, { error: { code: 'rate_limit_exceeded' } }, { 'retry-after': '7' })).toMatchObject({
      problem: 'provider-rate-limited',
      retryAfterSeconds: 7,
    });
    expect(sign(429, { error: { type: 'engine_overloaded_error' } }).problem).toBe('provider-overloaded');
    expect(
      sign(400, { error: { status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } }).problem,
    ).toBe('provider-auth');
    expect(sign(429, { error: { details: [{ retryDelay: '12.5s' }] } }).retryAfterSeconds).toBe(12.5);
    expect(sign(403, { error: { code: 403, metadata: { reasons: ['x'] } } }).problem).toBe(
      'provider-refused',
    );
    expect(sign(302, {}).problem).toBe('provider-bad-request');
    expect(faultOf({ code: 'overloaded_error', type: 'overloaded_error' }, 'anthropic')).toMatchObject({
      problem: 'provider-overloaded',
      retry: true,
    });
    expect(faultOf(new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } }), 'xai')).toMatchObject({
      problem: 'provider-unreachable',
      retry: true,
    });
    expect(
      ['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'].map(
        (code) => faultOf(new TypeError('fetch failed', { cause: { code } }), 'xai').problem,
      ),
    ).toEqual(['provider-unreachable', 'provider-unreachable', 'provider-unreachable', 'provider-timeout']);
    expect([500, 502, 503, 504, 529].map((status) => sign(status, {}).problem)).toEqual([
      'provider-unreachable',
      'provider-unreachable',
      'provider-overloaded',
      'provider-unreachable',
      'provider-overloaded',
    ]);
    expect(faultOf(new TypeError('x is not a function'), 'xai').problem).toBe('provider-bad-output');
    expect(faultOf('text', 'xai').problem).toBe('provider-bad-output');
  });

  test('of our own keep their kind even inside a foreign one', () => {
    const refused = new ProblemError('egress-refused');
    expect(problemOf(faultOf(new Error('wrapped', { cause: refused }), 'openai')).type).toBe(
      'egress-refused',
    );
    expect(faultOf(new AnswerFault('refused'), 'openai')).toMatchObject({
      problem: 'provider-refused',
      retry: false,
    });
  });

  test('are waited for as long as a person would', () => {
    const fault = {
      problem: 'provider-rate-limited',
      retry: true,
      retryAfterSeconds: undefined,
      billed: false,
    } as const;
    expect(pauseBefore(fault, 0, () => 0)).toBe(250);
    expect(pauseBefore(fault, 1, () => 1)).toBe(800);
    expect(pauseBefore(fault, 2, () => 0)).toBeUndefined();
    expect(pauseBefore({ ...fault, retryAfterSeconds: 3 }, 0, () => 0)).toBe(3_000);
    expect(pauseBefore({ ...fault, retryAfterSeconds: 3.1 }, 0, () => 0)).toBeUndefined();
    expect(pauseBefore({ ...fault, retry: false }, 0, () => 0)).toBeUndefined();
  });
});

test("The reason of an end is read from the vendor's own word where the package gives none", () => {
  expect(reasonOf({ unified: 'other', raw: 'incomplete' }, true)).toBe('length');
  expect(reasonOf({ unified: 'other', raw: 'incomplete' }, true, 'content_filter')).toBe('refused');
  expect(reasonOf({ unified: 'other', raw: 'content_filter' }, true)).toBe('refused');
  expect(reasonOf({ unified: 'tool-calls', raw: 'tool_use' }, true)).toBe('stop');
  expect(reasonOf({ unified: 'other', raw: 'pause' }, true)).toBe('other');
});

test('Models that think before they write are known by their names', () => {
  expect(['gpt-5.4', 'openai/o3-mini', 'deepseek-reasoner', 'gemini-3.5-flash'].every(isReasoningModel)).toBe(
    true,
  );
  expect(
    ['gpt-4.1', 'claude-haiku-4-5', 'grok-4-fast-non-reasoning', 'mistral-large-latest'].some(
      isReasoningModel,
    ),
  ).toBe(false);
});

test('Deltas that arrive together are taken as one', async () => {
  const queue = new DeltaQueue();
  const first = queue.take();
  queue.push('a');
  queue.push('b');
  expect(await first).toBe('ab');
  queue.close();
  expect(await queue.take()).toBeUndefined();
});

describe('a tap', () => {
  const chat = (delta: object, more: object = {}) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`;

  interface Tapped {
    readonly text: string;
    readonly passed: string;
    readonly end: unknown;
  }

  function tapped(format: WireFormat, stream: string, size: number): Tapped {
    let text = '';
    const takesEnd = true;
    const tap = new TextTap(format, (delta) => void (text += delta), takesEnd);
    const bytes = Buffer.from(stream);
    const left: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size)
      left.push(tap.push(bytes.subarray(at, at + size)) ?? Buffer.alloc(0));
    left.push(tap.close() ?? Buffer.alloc(0));
    return { text, passed: Buffer.concat(left).toString(), end: tap.end };
  }

  test('takes text and passes the rest, however the bytes are cut', () => {
    const end = `${chat({}, { finish_reason: 'stop' })}data: [DONE]\n\n`;
    const stream =
      chat({ role: 'assistant', content: '' }) + chat({ content: 'Größe ' }) + chat({ content: '🙂' }) + end;
    for (const size of [1, 2, 3, 7, 1_000]) {
      expect(tapped('chat', stream, size)).toEqual({
        text: 'Größe 🙂',
        passed: '',
        end: { reason: 'stop' },
      });
      // What the package has to read comes with all that was taken about the end before it.
      const filtered = stream + chat({}, { finish_reason: 'content_filter' });
      expect(tapped('chat', filtered, size)).toEqual({
        text: 'Größe 🙂',
        passed:
          chat({ role: 'assistant', content: '' }) + end + chat({}, { finish_reason: 'content_filter' }),
        end: undefined,
      });
    }
    expect(tapped('chat', stream.replaceAll('\n', '\r\n'), 1).text).toBe('Größe 🙂');
  });

  test('stops at the first event it does not know, so that text keeps its order', () => {
    const strange = chat({ tool_calls: [{ id: 1 }] });
    const after = chat({ content: 'ü after' });
    for (const size of [1, 5, 1_000]) {
      expect(tapped('chat', chat({ content: 'before' }) + strange + after, size)).toEqual({
        text: 'before',
        passed: strange + after,
        end: undefined,
      });
    }
    expect(tapped('chat', chat({ content: 'say [DONE]' }) + chat({ content: '!' }), 1_000)).toEqual({
      text: 'say [DONE]!',
      passed: '',
      end: undefined,
    });
    expect(tapped('chat', 'data: {"choices":[{"delta":{"content":\n\n', 9)).toEqual({
      text: '',
      passed: 'data: {"choices":[{"delta":{"content":\n\n',
      end: undefined,
    });
  });

  test('leaves errors, refusals and thoughts to the package', () => {
    const events = {
      chat: [
        'data: {"error":{"code":503}}\n\n',
        chat({ reasoning_content: 'hm' }),
        chat({ content: 'last' }, { finish_reason: 'stop' }),
      ],
      responses: [
        'data: {"type":"response.refusal.delta","delta":"no"}\n\n',
        'event: error\ndata: {"type":"error"}\n\n',
      ],
      messages: [
        'data: {"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{"}}\n\n',
      ],
      google: [
        'data: {"promptFeedback":{"blockReason":"SAFETY"}}\n\n',
        'data: {"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]}}]}\n\n',
      ],
    };
    for (const [format, list] of Object.entries(events)) {
      for (const event of list)
        expect(tapped(format as WireFormat, event, 1_000)).toEqual({
          text: '',
          passed: event,
          end: undefined,
        });
    }
  });
});
