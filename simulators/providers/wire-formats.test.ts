import { createAnthropic } from '@ai-sdk/anthropic';
import { createDeepSeek } from '@ai-sdk/deepseek';
import { createGoogle } from '@ai-sdk/google';
import { createMistral } from '@ai-sdk/mistral';
import { createMoonshotAI } from '@ai-sdk/moonshotai';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4StreamPart,
  type LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { createXai } from '@ai-sdk/xai';
import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProviderSimulator, type ProviderSimulator } from './provider-simulator.ts';

let simulator: ProviderSimulator;
beforeAll(async () => {
  simulator = await startProviderSimulator();
});
afterAll(() => simulator.close());

const base = (path: string): string => `${simulator.url}${path}`;
const clients: Readonly<Record<string, (apiKey: string) => LanguageModelV4>> = {
  'OpenAI chat': (apiKey) => createOpenAI({ apiKey, baseURL: base('/openai/v1') }).chat('gpt-5.4-mini'),
  'OpenAI responses': (apiKey) => createOpenAI({ apiKey, baseURL: base('/openai/v1') })('gpt-5.4-mini'),
  Anthropic: (apiKey) => createAnthropic({ apiKey, baseURL: base('/anthropic/v1') })('claude-haiku-4-5'),
  Google: (apiKey) => createGoogle({ apiKey, baseURL: base('/google/v1beta') })('gemini-3-flash'),
  Mistral: (apiKey) => createMistral({ apiKey, baseURL: base('/mistral/v1') })('mistral-small-latest'),
  DeepSeek: (apiKey) => createDeepSeek({ apiKey, baseURL: base('/deepseek') })('deepseek-v4-flash'),
  xAI: (apiKey) => createXai({ apiKey, baseURL: base('/xai/v1') })('grok-4.3'),
  Moonshot: (apiKey) => createMoonshotAI({ apiKey, baseURL: base('/moonshot/v1') })('kimi-k3'),
  OpenRouter: (apiKey) =>
    createOpenRouter({ apiKey, baseURL: base('/openrouter/api/v1'), compatibility: 'strict' })(
      'openai/gpt-5.4-mini',
    ),
  Compatible: (apiKey) =>
    createOpenAICompatible({
      apiKey,
      name: 'local',
      baseURL: base('/compatible/v1'),
      includeUsage: true,
      supportsStructuredOutputs: true,
    })('llama-local'),
};
const names = Object.keys(clients);

function model(name: string, key: string): LanguageModelV4 {
  const create = clients[name];
  if (!create) throw new Error(`no client named ${name}`);
  return create(key);
}

const options = (extra: Partial<LanguageModelV4CallOptions> = {}): LanguageModelV4CallOptions => ({
  prompt: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Where is my order?' }] },
  ],
  maxOutputTokens: 200,
  ...extra,
});

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['mood', 'score', 'reasons', 'next'],
  properties: {
    mood: { type: 'string', enum: ['calm', 'angry'] },
    score: { type: 'integer' },
    reasons: { type: 'array', items: { type: 'string' } },
    next: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
} as const;

interface Collected {
  text: string;
  parts: LanguageModelV4StreamPart[];
  finish: string;
  usage: LanguageModelV4Usage | undefined;
  errors: unknown[];
}

async function collect(
  name: string,
  key: string,
  extra: Partial<LanguageModelV4CallOptions> = {},
): Promise<Collected> {
  const { stream } = await model(name, key).doStream(options(extra));
  const seen: Collected = { text: '', parts: [], finish: '', usage: undefined, errors: [] };
  for await (const part of stream) {
    seen.parts.push(part);
    if (part.type === 'text-delta') seen.text += part.delta;
    if (part.type === 'error') seen.errors.push(part.error);
    if (part.type === 'finish') [seen.finish, seen.usage] = [part.finishReason.unified, part.usage];
  }
  return seen;
}

const textOf = (content: readonly { type: string }[]): string =>
  content.map((part) => ('text' in part && part.type === 'text' ? String(part.text) : '')).join('');

async function failure(run: () => PromiseLike<unknown>): Promise<APICallError> {
  try {
    await run();
  } catch (error) {
    if (APICallError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

describe.each(names)('%s', (name) => {
  it('answers with the word list', async () => {
    const result = await model(name, 'sk-sim.n=6').doGenerate(options());
    expect(textOf(result.content).trim()).toBe('Thank you for your message. We');
    expect(result.finishReason.unified).toBe('stop');
  });

  it('streams the same words in as many chunks', async () => {
    const seen = await collect(name, 'sk-sim.n=12');
    expect(seen.text.trim()).toBe('Thank you for your message. We have checked your order and it');
    expect(seen.parts.filter((part) => part.type === 'text-delta' && part.delta !== '')).toHaveLength(12);
    expect(seen.finish).toBe('stop');
    expect(seen.errors).toEqual([]);
  });

  it('reports its example usage, streamed or not, and the numbers a key asks for', async () => {
    const expected =
      name === 'Anthropic'
        ? { total: 1_712, cacheRead: 1_024, cacheWrite: 512 }
        : { total: 1_200, cacheRead: 1_024 };
    const whole = await model(name, 'sk-sim').doGenerate(options());
    const streamed = await collect(name, 'sk-sim');
    for (const usage of [whole.usage, streamed.usage]) {
      expect(usage?.inputTokens).toMatchObject(expected);
      expect(usage?.outputTokens.total).toBe(96);
    }
    const asked = await model(name, 'sk-sim.in=500.out=20').doGenerate(options());
    expect(asked.usage.inputTokens.total).toBe(500);
    expect(asked.usage.outputTokens.total).toBe(20);
  });

  it('fills the schema it is sent, streamed or not', async () => {
    const responseFormat = { type: 'json' as const, schema, name: 'reading' };
    const expected = {
      mood: 'calm',
      score: 1,
      reasons: ['Thank you for your message.', 'Thank you for your message.'],
      next: 'Thank you for your message.',
    };
    const whole = await model(name, 'sk-sim').doGenerate(options({ responseFormat }));
    expect(JSON.parse(textOf(whole.content))).toEqual(expected);
    expect(JSON.parse((await collect(name, 'sk-sim', { responseFormat })).text)).toEqual(expected);
  });

  it('spoils structured answers on demand', async () => {
    const responseFormat = { type: 'json' as const, schema, name: 'reading' };
    const ask = async (key: string): Promise<string> =>
      textOf((await model(name, key).doGenerate(options({ responseFormat }))).content);
    // One client takes the answer from a forced tool call, where prose cannot stand.
    expect(await ask('sk-sim.badjson=1')).toMatch(/^Sure![^]*```json\n\{/);
    expect(await ask('sk-sim.badjson=2')).not.toContain('{');
    const once = `sk-sim.badjson=once.for=${name.replace(/\W/g, '')}`;
    expect(await ask(once)).not.toContain('{');
    expect(JSON.parse(await ask(once))).toMatchObject({ mood: 'calm' });
  });

  it('refuses a wrong key its own way', async () => {
    const error = await failure(() => model(name, 'sk-wrong-key').doGenerate(options()));
    expect(error.statusCode).toBe(name === 'Google' || name === 'xAI' ? 400 : 401);
    expect(error.responseBody).toMatch(name === 'Google' ? /API_KEY_INVALID/ : /key|auth|user not found/i);
    expect(error.isRetryable).toBe(false);
  });

  it('limits the rate with retry-after and knows quota from rate', async () => {
    const limited = await failure(() => model(name, 'sk-sim.status=429.ra=3').doStream(options()));
    expect(limited.statusCode).toBe(429);
    expect(limited.responseHeaders?.['retry-after']).toBe('3');
    const broke = await failure(() => model(name, 'sk-sim.quota=1').doGenerate(options()));
    expect([402, 429]).toContain(broke.statusCode);
    expect(broke.responseBody).not.toBe(limited.responseBody);
    expect(broke.responseHeaders?.['retry-after']).toBeUndefined();
  });

  it('overflows always or past a window', async () => {
    const always = await failure(() => model(name, 'sk-sim.overflow=1').doGenerate(options()));
    expect(always.statusCode).toBe(400);
    expect(always.responseBody).toMatch(
      /context|too long|too large|token limit|input token count|prompt length/i,
    );
    const prompt = (text: string) =>
      options({ prompt: [{ role: 'user', content: [{ type: 'text', text }] }] });
    expect(
      (await failure(() => model(name, 'sk-sim.window=500').doGenerate(prompt('x'.repeat(600))))).statusCode,
    ).toBe(400);
    await expect(model(name, 'sk-sim.window=500').doGenerate(prompt('x'.repeat(300)))).resolves.toBeDefined();
  });

  it('is overloaded only as often as the key says', async () => {
    const key = `sk-sim.status=503.times=2.for=${name.replace(/\W/g, '')}`;
    for (const attempt of [1, 2]) {
      expect(
        (await failure(() => model(name, key).doGenerate(options()))).statusCode,
        `attempt ${attempt}`,
      ).toBe(503);
    }
    await expect(model(name, key).doGenerate(options())).resolves.toBeDefined();
  });

  it('ends with length or the content filter when told', async () => {
    const cutShort = await model(name, 'sk-sim.finish=length').doGenerate(options());
    expect(['length', 'other']).toContain(cutShort.finishReason.unified);
    expect(cutShort.finishReason.raw).not.toBe('stop');
    const filtered = await collect(name, 'sk-sim.filter=1');
    expect(['content-filter', 'other']).toContain(filtered.finish);
  });

  it('shows a cut socket as an error after the chunks that came through', async () => {
    const seen: string[] = [];
    let failed = false;
    try {
      const { stream } = await model(name, 'sk-sim.cut=5').doStream(options());
      for await (const part of stream) {
        if (part.type === 'text-delta' && part.delta !== '') seen.push(part.delta);
        if (part.type === 'error') failed = true;
      }
    } catch {
      failed = true;
    }
    expect(seen).toHaveLength(5);
    expect(failed).toBe(true);
  });

  it('sends its error event amid the stream', async () => {
    let failed = false;
    let text = '';
    try {
      const { stream } = await model(name, 'sk-sim.midError=3').doStream(options());
      for await (const part of stream) {
        if (part.type === 'text-delta') text += part.delta;
        if (part.type === 'error') failed = true;
      }
    } catch {
      failed = true;
    }
    expect(text.trim()).toBe('Thank you for');
    expect(failed).toBe(true);
  });

  it('breaks a chunk or a body on demand', async () => {
    await expect(model(name, 'sk-sim.malformed=1').doGenerate(options())).rejects.toThrow(/JSON|response/i);
    let failed = false;
    try {
      failed = (await collect(name, 'sk-sim.malformed=1')).errors.length > 0;
    } catch {
      failed = true;
    }
    expect(failed).toBe(true);
  });

  it('says that a model does not exist', async () => {
    expect((await failure(() => model(name, 'sk-sim.status=404').doGenerate(options()))).statusCode).toBe(
      404,
    );
  });
});

describe('what only some vendors do', () => {
  it('puts the price into the answer of OpenRouter', async () => {
    const result = await model('OpenRouter', 'sk-sim').doGenerate(options());
    expect(result.providerMetadata?.['openrouter']).toMatchObject({
      usage: { cost: (1_200 + 96 * 4) / 1e6 },
    });
  });

  it('blocks a prompt with status 200 at Google and with an error elsewhere', async () => {
    const blocked = await collect('Google', 'sk-sim.filter=prompt');
    expect(blocked.text).toBe('');
    expect(
      (await failure(() => model('OpenRouter', 'sk-sim.filter=prompt').doGenerate(options()))).statusCode,
    ).toBe(403);
  });

  it('says three kinds of want of money at Anthropic', async () => {
    const status = async (key: string): Promise<number | undefined> =>
      (await failure(() => model('Anthropic', key).doGenerate(options()))).statusCode;
    expect(
      await Promise.all(
        ['sk-sim.quota=1', 'sk-sim.quota=1.status=400', 'sk-sim.quota=1.status=429'].map(status),
      ),
    ).toEqual([402, 400, 429]);
  });

  it('lists models to a good key and refuses a wrong one', async () => {
    const read = async (path: string, headers: Record<string, string>): Promise<number> =>
      (await fetch(base(path), { headers })).status;
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
    for (const path of [
      '/openai/v1/models',
      '/mistral/v1/models',
      '/deepseek/models',
      '/moonshot/v1/models',
      '/openrouter/api/v1/key',
      '/compatible/v1/models',
    ]) {
      expect(await read(path, bearer('sk-sim')), path).toBe(200);
      expect(await read(path, bearer('nonsense')), path).toBe(401);
    }
    expect(await read('/xai/v1/models', bearer('nonsense'))).toBe(400);
    expect(await read('/anthropic/v1/models', { 'x-api-key': 'sk-sim' })).toBe(200);
    expect(await read('/google/v1beta/models', { 'x-goog-api-key': 'nonsense' })).toBe(400);
  });

  it('reads each key from its own header only', async () => {
    const response = await fetch(base('/anthropic/v1/models'), {
      headers: { authorization: 'Bearer sk-sim' },
    });
    expect(response.status).toBe(401);
  });
});
