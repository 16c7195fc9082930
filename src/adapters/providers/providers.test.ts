import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  startProviderSimulator,
  type ProviderSimulator,
} from '../../../simulators/providers/provider-simulator.ts';
import type { JsonObject, JsonValue } from '../../kernel/json.ts';
import { reveal } from '../../kernel/reveal.ts';
import type { Generation, ModelProvider, OutputShape, ProviderKind } from '../../ports/model-provider.ts';
import { spentOf } from '../../ports/spent-usage.ts';
import { createModelProvider } from './create-model-provider.ts';
import { clock, failure, generationAt, names, readStream, spentUntil } from './testing.ts';

let simulator: ProviderSimulator;
let agent: Agent;
let provider: ModelProvider;
const unhandled: unknown[] = [];
const noteUnhandled = (error: unknown): void => void unhandled.push(error);

function providerWith(deadlines: Parameters<typeof createModelProvider>[0]['deadlines'] = {}): ModelProvider {
  return createModelProvider({ dispatcherFor: () => agent, clock, deadlines, random: () => 0 });
}

beforeAll(async () => {
  process.on('unhandledRejection', noteUnhandled);
  simulator = await startProviderSimulator();
  agent = new Agent();
  provider = providerWith();
});
beforeEach(() => simulator.reset());
afterAll(async () => {
  await agent.close();
  await simulator.close();
  process.off('unhandledRejection', noteUnhandled);
  expect(unhandled).toEqual([]);
});

const shape: OutputShape = {
  name: 'intent',
  schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { intent: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
    required: ['intent', 'tags'],
    additionalProperties: false,
  },
  accepts: (value: JsonValue) =>
    typeof value === 'object' && value !== null && 'intent' in value && 'tags' in value,
};

const generation = (kind: ProviderKind, settings: string, more: Partial<Generation> = {}): Generation =>
  generationAt(simulator.url, kind, settings, more);

const lastBody = (): JsonObject => simulator.requests.at(-1)?.body as JsonObject;

const cached = { prompt_cache_key: 'cache-1' };
const sentBody: Record<ProviderKind, object> = {
  openai: { store: false, max_output_tokens: 2_348, ...cached },
  anthropic: { max_tokens: 300, temperature: 0.2, system: [{ cache_control: { type: 'ephemeral' } }] },
  google: { generationConfig: { maxOutputTokens: 2_348 } },
  mistral: { max_tokens: 300, temperature: 0.2, ...cached },
  deepseek: { max_tokens: 2_348 },
  xai: { store: false, max_output_tokens: 2_348, ...cached },
  moonshot: cached,
  openrouter: { max_tokens: 2_348 },
  'openai-compatible': { max_tokens: 300, temperature: 0.2 },
};

describe.each(names)('%s', (kind) => {
  const tokens = kind === 'anthropic' ? 1_712 : 1_200;

  test('answers with text, usage and price', async () => {
    const finished = await provider.generate(generation(kind, ''));
    expect(reveal(finished.text, 'reply').split(' ').length).toBeGreaterThan(20);
    expect(finished).toMatchObject({ reason: 'stop', calls: 1, output: undefined });
    expect(finished.usage).toMatchObject({ inputTokens: tokens, cachedInputTokens: 1_024, outputTokens: 96 });
    expect(finished.usage.cacheWriteTokens).toBe(kind === 'anthropic' ? 512 : 0);
    const quality = kind === 'openrouter' ? 'provider' : kind === 'openai-compatible' ? 'unknown' : 'catalog';
    expect(finished.usage.costQuality).toBe(quality);
    expect(finished.usage.costNanoUsd === null).toBe(quality === 'unknown');
    expect(finished.usage.costNanoUsd ?? 1).toBeGreaterThan(0);
    expect(simulator.requests).toHaveLength(1);
    const sent = simulator.requests[0]?.text ?? '';
    expect(sent).toContain('You help an agent.');
    expect(lastBody()).toMatchObject(sentBody[kind]);
  });

  test('streams the same text and usage as it answers at once', async () => {
    const whole = await provider.generate(generation(kind, ''));
    const { deltas, finished } = await readStream(provider, generation(kind, '.itl=2'));
    expect(deltas.length).toBeGreaterThan(3);
    expect(finished && reveal(finished.text, 'reply')).toBe(deltas.join(''));
    expect(deltas.join('')).toBe(reveal(whole.text, 'reply'));
    expect(finished?.usage).toEqual(whole.usage);
    expect(finished).toMatchObject({ reason: 'stop', calls: 1 });
  });

  test('gives structured output, repaired or asked for again when it is broken', async () => {
    const first = await provider.generate(generation(kind, '', { output: shape }));
    expect(first.calls).toBe(1);
    expect(first.output && shape.accepts(reveal(first.output, 'reply'))).toBe(true);
    expect(simulator.requests[0]?.text).not.toContain('draft/2020-12');
    const wrapped = await readStream(provider, generation(kind, '.badjson=1', { output: shape }));
    expect(wrapped.finished?.calls).toBe(1);
    expect(wrapped.finished?.output).toBeDefined();
    const again = await provider.generate(generation(kind, '.badjson=once', { output: shape }));
    expect(again.calls).toBe(2);
    expect(again.usage.inputTokens).toBe(2 * tokens);
    expect(simulator.requests.at(-1)?.text).toContain('Return only one JSON value');
    const spent = spentUntil(
      await failure(provider.generate(generation(kind, '.badjson=2', { output: shape }))),
      'provider-bad-output',
    );
    expect(spent).toMatchObject({ calls: 2, usage: { inputTokens: 2 * tokens } });
  });

  test('closes the connection at an abort and throws the very reason', async () => {
    const controller = new AbortController();
    const reason = new Error('the agent left');
    const asked = generation(kind, '.itl=20', { signal: controller.signal });
    const { deltas, error } = await readStream(provider, asked, () => controller.abort(reason));
    expect(deltas).toHaveLength(1);
    expect(error).toBe(reason);
    const quality = kind === 'openai-compatible' ? 'unknown' : 'estimated';
    expect(spentOf(error)).toMatchObject({ calls: 1, usage: { costQuality: quality } });
    expect(spentOf(error)?.usage.inputTokens).toBeGreaterThan(5);
    expect(spentOf(error)?.usage.outputTokens).toBeGreaterThan(0);
    await expect.poll(() => simulator.earlyCloses()).toBe(1);
  });

  test('tells a refused key', async () => {
    expect(
      spentUntil(await failure(provider.generate(generation(kind, 'wrong'))), 'provider-auth').calls,
    ).toBe(1);
    spentUntil((await readStream(provider, generation(kind, '.status=403'))).error, 'provider-auth');
  });

  test('tells an empty purse and does not try again', async () => {
    const spent = spentUntil(await failure(provider.generate(generation(kind, '.quota'))), 'provider-quota');
    expect(spent).toMatchObject({ calls: 1, usage: { inputTokens: 0, costNanoUsd: 0 } });
    spentUntil((await readStream(provider, generation(kind, '.quota'))).error, 'provider-quota');
  });

  test('waits for a short rate limit and tells a long one', async () => {
    const error = await failure(provider.generate(generation(kind, '.status=429.ra=30')));
    expect(spentUntil(error, 'provider-rate-limited').calls).toBe(1);
    expect(error).toMatchObject({ retryAfterSeconds: 30 });
    const { finished } = await readStream(provider, generation(kind, '.status=429.ra=0.times=1'));
    expect(finished).toMatchObject({ calls: 2, usage: { inputTokens: tokens } });
  });

  test('tries an overloaded provider three times', async () => {
    const started = performance.now();
    expect(
      spentUntil(await failure(provider.generate(generation(kind, '.status=503'))), 'provider-overloaded')
        .calls,
    ).toBe(3);
    expect(performance.now() - started).toBeGreaterThan(490);
    expect((await provider.generate(generation(kind, '.status=529.times=1'))).calls).toBe(2);
  });

  test('tells a prompt that is too long', async () => {
    expect(
      spentUntil(await failure(provider.generate(generation(kind, '.overflow'))), 'provider-context-overflow')
        .calls,
    ).toBe(1);
    spentUntil(
      (await readStream(provider, generation(kind, '.overflow'))).error,
      'provider-context-overflow',
    );
  });

  test('keeps the text of a cut stream, and repeats a cut that came before any', async () => {
    const cut = await readStream(provider, generation(kind, '.itl=2.cut=5'));
    expect(cut.deltas.join('').length).toBeGreaterThan(5);
    expect(spentUntil(cut.error, 'provider-interrupted')).toMatchObject({ calls: 1 });
    const error = await readStream(provider, generation(kind, '.itl=2.midError=5'));
    expect(error.deltas.join('').length).toBeGreaterThan(5);
    spentUntil(error.error, 'provider-interrupted');
    expect((await readStream(provider, generation(kind, '.cut=0.times=1'))).finished?.calls).toBe(2);
    const whole = await provider.generate(generation(kind, '.cut=1.times=1'));
    expect(whole.calls).toBe(2);
    expect(whole.usage.inputTokens).toBeGreaterThan(tokens);
  });

  test('tells an answer it cannot read', async () => {
    spentUntil(await failure(provider.generate(generation(kind, '.malformed'))), 'provider-bad-output');
    spentUntil(
      (await readStream(provider, generation(kind, '.malformed.itl=1'))).error,
      'provider-interrupted',
    );
    expect(
      spentUntil(await failure(provider.generate(generation(kind, '.html'))), 'provider-unreachable').calls,
    ).toBe(3);
  });

  test('tells a model that does not exist, a filtered answer, and an answer cut by the cap', async () => {
    spentUntil(await failure(provider.generate(generation(kind, '.status=404'))), 'provider-model-not-found');
    spentUntil(await failure(provider.generate(generation(kind, '.filter=answer'))), 'provider-refused');
    spentUntil((await readStream(provider, generation(kind, '.filter=prompt'))).error, 'provider-refused');
    expect((await provider.generate(generation(kind, '.finish=length'))).reason).toBe('length');
    expect((await readStream(provider, generation(kind, '.finish=length'))).finished?.reason).toBe('length');
    spentUntil(await failure(provider.generate(generation(kind, '.status=400'))), 'provider-bad-request');
  });

  test('checks a key without sending content', async () => {
    const { connection, signal } = generation(kind, '');
    const valid = await provider.checkKey(connection, signal);
    expect(valid.state).toBe('valid');
    expect(valid.models.length).toBeGreaterThan(0);
    expect(simulator.requests.every(({ method, text }) => method === 'GET' && text === '')).toBe(true);
    expect(await provider.checkKey({ ...connection, apiKey: 'sk-wrong' }, signal)).toEqual({
      state: 'invalid',
      models: [],
    });
    expect((await provider.checkKey({ ...connection, apiKey: 'sk-sim.status=503' }, signal)).state).toBe(
      'unreachable',
    );
  });
});
