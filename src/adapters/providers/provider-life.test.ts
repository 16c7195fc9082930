import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  startProviderSimulator,
  type ProviderSimulator,
} from '../../../simulators/providers/provider-simulator.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Generation, ModelProvider, ProviderKind } from '../../ports/model-provider.ts';
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

const generation = (kind: ProviderKind, settings: string, more: Partial<Generation> = {}): Generation =>
  generationAt(simulator.url, kind, settings, more);

describe('deadlines', () => {
  const short = { connect: 500, firstToken: 60, firstTokenReasoning: 400, gap: 60, total: 5_000 };
  const brief = { ...short, total: 300 };
  const asked = (settings: string): Generation => generation('openai-compatible', settings);

  test('ends a stream whose first token does not come', async () => {
    const started = performance.now();
    const { error } = await readStream(providerWith(short), asked('.hang=1'));
    const spent = spentUntil(error, 'provider-timeout');
    expect(performance.now() - started).toBeLessThan(2_000);
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
    spentUntil(silent.error, 'provider-timeout');
    const long = await readStream(providerWith(brief), asked('.itl=20.n=100'));
    expect(long.deltas.length).toBeGreaterThan(3);
    spentUntil(long.error, 'provider-timeout');
  });

  test('ends a call that waits for its whole answer', async () => {
    spentUntil(await failure(providerWith(brief).generate(asked('.hang=2'))), 'provider-timeout');
  });

  test('ends while it waits for the next try', async () => {
    spentUntil(await failure(providerWith(brief).generate(asked('.status=429.ra=2'))), 'provider-timeout');
  });

  test('tells an address nobody listens at', async () => {
    const nobody = generation('openai', '');
    const connection = { ...nobody.connection, baseUrl: 'http://127.0.0.1:9/v1' };
    const spent = spentUntil(
      await failure(provider.generate({ ...nobody, connection })),
      'provider-unreachable',
    );
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
    const variables = [
      'OPENAI',
      'ANTHROPIC',
      'GOOGLE_GENERATIVE_AI',
      'MISTRAL',
      'DEEPSEEK',
      'XAI',
      'MOONSHOT',
      'OPENROUTER',
    ];
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
        spentUntil(await failure(fresh.generate(keyless)), 'provider-auth');
        expect(simulator.requests).toHaveLength(before);
      }
      expect(
        simulator.requests.some(
          ({ key, headers }) => key.includes('environment') || 'openai-organization' in headers,
        ),
      ).toBe(false);
    } finally {
      for (const name of variables) {
        Reflect.deleteProperty(process.env, `${name}_API_KEY`);
        Reflect.deleteProperty(process.env, `${name}_BASE_URL`);
      }
    }
  });

  test('name the host for receipts, and refuse a compatible provider without an address', () => {
    expect(provider.hostOf({ kind: 'anthropic', baseUrl: undefined })).toBe('api.anthropic.com');
    expect(provider.hostOf({ kind: 'openai-compatible', baseUrl: 'https://llm.example:8443/v1/' })).toBe(
      'llm.example:8443',
    );
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
