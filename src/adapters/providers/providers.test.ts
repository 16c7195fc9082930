import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startProviderSimulator, type ProviderSimulator } from '../../../simulators/providers/provider-simulator.ts';
import type { JsonObject, JsonValue } from '../../kernel/json.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ProblemType } from '../../kernel/problem-types.ts';
import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import type { FinishedGeneration, Generation, ModelProvider, OutputShape, ProviderKind } from '../../ports/model-provider.ts';
import { spentOf, type SpentUsage } from '../../ports/spent-usage.ts';
import { createModelProvider } from './create-model-provider.ts';

const kinds: Record<ProviderKind, { readonly path: string; readonly model: string }> = {
  openai: { path: '/openai/v1', model: 'gpt-5.4-mini' },
  anthropic: { path: '/anthropic/v1', model: 'claude-haiku-4-5' },
  google: { path: '/google/v1beta', model: 'gemini-3.5-flash' },
  mistral: { path: '/mistral/v1', model: 'mistral-large-latest' },
  deepseek: { path: '/deepseek', model: 'deepseek-v4-flash' },
  xai: { path: '/xai/v1', model: 'grok-4.3' },
  moonshot: { path: '/moonshot/v1', model: 'kimi-k2.5' },
  openrouter: { path: '/openrouter/api/v1', model: 'openai/gpt-5.4-mini' },
  'openai-compatible': { path: '/compatible/v1', model: 'local-model' },
};
const names = Object.keys(kinds) as ProviderKind[];
const clock = { now: () => new Date(), elapsed: () => performance.now() };
const canary = 'CANARY-7f3a91';

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
  accepts: (value: JsonValue) => typeof value === 'object' && value !== null && 'intent' in value && 'tags' in value,
};

let serial = 0;
/** A generation with a key of its own, because the simulator counts calls by key. */
function generation(kind: ProviderKind, settings: string, more: Partial<Generation> = {}): Generation {
  serial += 1;
  return {
    connection: {
      kind,
      baseUrl: simulator.url + kinds[kind].path,
      apiKey: settings === 'wrong' ? 'sk-wrong' : `sk-sim${settings}.id=${serial}`,
      model: kinds[kind].model,
      demo: false,
      contextWindow: undefined,
    },
    prompt: Transient.of({ system: 'You help an agent.', user: `Where is order 4711? ${canary}` }),
    maxOutputTokens: 300,
    temperature: 0.2,
    cacheKey: 'cache-1',
    signal: new AbortController().signal,
    ...more,
  };
}

interface Streamed {
  readonly deltas: string[];
  readonly finished: FinishedGeneration | undefined;
  readonly error: unknown;
}

async function readStream(from: ModelProvider, asked: Generation, onDelta?: () => void): Promise<Streamed> {
  const deltas: string[] = [];
  try {
    for await (const event of from.stream(asked)) {
      if (event.type === 'finished') return { deltas, finished: event, error: undefined };
      deltas.push(reveal(event.text, 'reply'));
      onDelta?.();
    }
    return { deltas, finished: undefined, error: undefined };
  } catch (error) {
    return { deltas, finished: undefined, error };
  }
}

const failure = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);

/** Every text that can be reached from an error, hidden properties and the stack included. */
function textsIn(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || seen.has(value)) return '';
  seen.add(value);
  return Reflect.ownKeys(value).map((key) => `${String(key)} ${textsIn(Reflect.get(value, key), seen)}`).join(' ');
}

function expectProblem(error: unknown, type: ProblemType): SpentUsage {
  if (!(error instanceof ProblemError)) throw new Error(`Not a problem: ${String(error)}`, { cause: error });
  expect(error.type).toBe(type);
  expect(textsIn(error)).not.toContain(canary);
  expect(textsIn(error)).not.toContain('sk-');
  expect(error.cause).toBeUndefined();
  const spent = spentOf(error);
  if (spent === undefined) throw new Error('Nothing was noted about what was spent');
  return spent;
}

const lastBody = (): JsonObject => simulator.requests.at(-1)?.body as JsonObject;

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
    if (quality === 'unknown') expect(finished.usage.costNanoUsd).toBeNull();
    else expect(finished.usage.costNanoUsd).toBeGreaterThan(0);
    expect(simulator.requests).toHaveLength(1);
    const sent = simulator.requests[0]?.text ?? '';
    expect(sent).toContain('You help an agent.');
    expect(sent).toMatch(/300|2348/);
    if (kind === 'openai' || kind === 'xai') expect(lastBody()['store']).toBe(false);
    if (kind === 'anthropic') expect(JSON.stringify(lastBody()['system'])).toContain('"cache_control":{"type":"ephemeral"}');
    if (['openai', 'xai', 'mistral', 'moonshot'].includes(kind)) expect(lastBody()['prompt_cache_key']).toBe('cache-1');
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
    const spent = expectProblem(await failure(provider.generate(generation(kind, '.badjson=2', { output: shape }))), 'provider-bad-output');
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
    expect(expectProblem(await failure(provider.generate(generation(kind, 'wrong'))), 'provider-auth').calls).toBe(1);
    expectProblem((await readStream(provider, generation(kind, '.status=403'))).error, 'provider-auth');
  });

  test('tells an empty purse and does not try again', async () => {
    const spent = expectProblem(await failure(provider.generate(generation(kind, '.quota'))), 'provider-quota');
    expect(spent).toMatchObject({ calls: 1, usage: { inputTokens: 0, costNanoUsd: 0 } });
    expectProblem((await readStream(provider, generation(kind, '.quota'))).error, 'provider-quota');
  });

  test('waits for a short rate limit and tells a long one', async () => {
    const error = await failure(provider.generate(generation(kind, '.status=429.ra=30')));
    expect(expectProblem(error, 'provider-rate-limited').calls).toBe(1);
    expect(error).toMatchObject({ retryAfterSeconds: 30 });
    const { finished } = await readStream(provider, generation(kind, '.status=429.ra=0.times=1'));
    expect(finished).toMatchObject({ calls: 2, usage: { inputTokens: tokens } });
  });

  test('tries an overloaded provider three times', async () => {
    const started = performance.now();
    expect(expectProblem(await failure(provider.generate(generation(kind, '.status=503'))), 'provider-overloaded').calls).toBe(3);
    expect(performance.now() - started).toBeGreaterThan(490);
    expect((await provider.generate(generation(kind, '.status=529.times=1'))).calls).toBe(2);
  });

  test('tells a prompt that is too long', async () => {
    expect(expectProblem(await failure(provider.generate(generation(kind, '.overflow'))), 'provider-context-overflow').calls).toBe(1);
    expectProblem((await readStream(provider, generation(kind, '.overflow'))).error, 'provider-context-overflow');
  });

  test('keeps the text of a cut stream, and repeats a cut that came before any', async () => {
    const cut = await readStream(provider, generation(kind, '.itl=2.cut=5'));
    expect(cut.deltas.join('').length).toBeGreaterThan(5);
    expect(expectProblem(cut.error, 'provider-interrupted')).toMatchObject({ calls: 1 });
    const error = await readStream(provider, generation(kind, '.itl=2.midError=5'));
    expect(error.deltas.join('').length).toBeGreaterThan(5);
    expectProblem(error.error, 'provider-interrupted');
    expect((await readStream(provider, generation(kind, '.cut=0.times=1'))).finished?.calls).toBe(2);
  });

  test('tells an answer it cannot read', async () => {
    expectProblem(await failure(provider.generate(generation(kind, '.malformed'))), 'provider-bad-output');
    expectProblem((await readStream(provider, generation(kind, '.malformed.itl=1'))).error, 'provider-interrupted');
    expect(expectProblem(await failure(provider.generate(generation(kind, '.html'))), 'provider-overloaded').calls).toBe(3);
  });

  test('tells a model that does not exist, a filtered answer, and an answer cut by the cap', async () => {
    expectProblem(await failure(provider.generate(generation(kind, '.status=404'))), 'provider-model-not-found');
    expectProblem(await failure(provider.generate(generation(kind, '.filter=answer'))), 'provider-refused');
    expectProblem((await readStream(provider, generation(kind, '.filter=prompt'))).error, 'provider-refused');
    expect((await provider.generate(generation(kind, '.finish=length'))).reason).toBe('length');
    expect((await readStream(provider, generation(kind, '.finish=length'))).finished?.reason).toBe('length');
    expectProblem(await failure(provider.generate(generation(kind, '.status=400'))), 'provider-bad-request');
  });

  test('checks a key without sending content', async () => {
    const { connection, signal } = generation(kind, '');
    const valid = await provider.checkKey(connection, signal);
    expect(valid.state).toBe('valid');
    expect(valid.models.length).toBeGreaterThan(0);
    expect(simulator.requests.every(({ method, text }) => method === 'GET' && text === '')).toBe(true);
    expect(await provider.checkKey({ ...connection, apiKey: 'sk-wrong' }, signal)).toEqual({ state: 'invalid', models: [] });
    expect((await provider.checkKey({ ...connection, apiKey: 'sk-sim.status=503' }, signal)).state).toBe('unreachable');
  });
});

describe('deadlines', () => {
  const short = { connect: 500, firstToken: 60, firstTokenReasoning: 400, gap: 60, total: 300 };
  const asked = (settings: string): Generation => generation('openai-compatible', settings);

  test('ends a stream whose first token does not come', async () => {
    const started = performance.now();
    const { error } = await readStream(providerWith(short), asked('.hang=1'));
    const spent = expectProblem(error, 'provider-timeout');
    expect(performance.now() - started).toBeLessThan(250);
    expect(spent.calls).toBe(1);
    expect(spent.usage.inputTokens).toBeGreaterThan(0);
    await expect.poll(() => simulator.earlyCloses()).toBe(1);
  });

  test('gives models that think more time for it', async () => {
    const { finished } = await readStream(providerWith(short), generation('openai', '.ttft=150'));
    expect(finished?.reason).toBe('stop');
  });

  test('ends a stream that falls silent, and one that is too long as a whole', async () => {
    const silent = await readStream(providerWith(short), asked('.stall=3'));
    expect(silent.deltas.join('')).not.toBe('');
    expectProblem(silent.error, 'provider-timeout');
    const long = await readStream(providerWith(short), asked('.itl=20.n=100'));
    expect(long.deltas.length).toBeGreaterThan(3);
    expectProblem(long.error, 'provider-timeout');
  });

  test('ends a call that waits for its whole answer', async () => {
    expectProblem(await failure(providerWith(short).generate(asked('.hang=2'))), 'provider-timeout');
  });

  test('ends while it waits for the next try', async () => {
    expectProblem(await failure(providerWith(short).generate(asked('.status=429.ra=2'))), 'provider-timeout');
  });

  test('tells an address nobody listens at', async () => {
    const nobody = generation('openai', '');
    const connection = { ...nobody.connection, baseUrl: 'http://127.0.0.1:9/v1' };
    const spent = expectProblem(await failure(provider.generate({ ...nobody, connection })), 'provider-timeout');
    expect(spent).toMatchObject({ calls: 3, usage: { inputTokens: 0 } });
  });
});

describe('a reader', () => {
  test('that leaves a stream closes the connection', async () => {
    for await (const event of provider.stream(generation('mistral', '.itl=20'))) {
      expect(event.type).toBe('text-delta');
      break;
    }
    await expect.poll(() => simulator.earlyCloses()).toBe(1);
  });

  test('that aborted before asking gets its reason and costs nothing', async () => {
    const reason = new Error('too late');
    const signal = AbortSignal.abort(reason);
    expect(await failure(provider.generate(generation('google', '', { signal })))).toBe(reason);
    expect(simulator.requests).toHaveLength(0);
  });
});

describe('keys and addresses', () => {
  test('come from the connection and never from the environment', async () => {
    const variables = ['OPENAI', 'ANTHROPIC', 'GOOGLE_GENERATIVE_AI', 'MISTRAL', 'DEEPSEEK', 'XAI', 'MOONSHOT', 'OPENROUTER'];
    for (const name of variables) {
      process.env[`${name}_API_KEY`] = 'sk-sim.environment';
      process.env[`${name}_BASE_URL`] = 'http://127.0.0.1:9';
    }
    try {
      const fresh = providerWith();
      for (const kind of names) {
        const asked = generation(kind, '');
        await fresh.generate(asked);
        expect(simulator.requests.at(-1)?.key).toBe(asked.connection.apiKey);
        const before = simulator.requests.length;
        const keyless = { ...asked, connection: { ...asked.connection, apiKey: ' ' } };
        expectProblem(await failure(fresh.generate(keyless)), 'provider-auth');
        expect(simulator.requests).toHaveLength(before);
      }
      expect(simulator.requests.some(({ key, headers }) => key.includes('environment') || 'openai-organization' in headers)).toBe(false);
    } finally {
      for (const name of variables) {
        Reflect.deleteProperty(process.env, `${name}_API_KEY`);
        Reflect.deleteProperty(process.env, `${name}_BASE_URL`);
      }
    }
  });

  test('name the host for receipts, and refuse a compatible provider without an address', () => {
    expect(provider.hostOf({ kind: 'anthropic', baseUrl: undefined })).toBe('api.anthropic.com');
    expect(provider.hostOf({ kind: 'openai-compatible', baseUrl: 'https://llm.example:8443/v1/' })).toBe('llm.example:8443');
    expect(() => provider.hostOf({ kind: 'openai-compatible', baseUrl: undefined })).toThrow(ProblemError);
  });

  test('keep two accounts with the same model apart', async () => {
    const one = generation('openai', '');
    const two = generation('openai', '');
    await Promise.all([provider.generate(one), provider.generate(two), provider.generate(one)]);
    const sent = simulator.requests.map(({ key }) => key).toSorted();
    expect(sent).toEqual([one.connection.apiKey, one.connection.apiKey, two.connection.apiKey].toSorted());
  });
});
