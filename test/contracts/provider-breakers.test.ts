import { expect, test } from 'vitest';
import { ProblemError } from '../../src/kernel/problem-error.ts';
import type { ProblemType } from '../../src/kernel/problem-types.ts';
import type { ModelConnection } from '../../src/ports/model-provider.ts';
import { createMetrics } from '../../src/adapters/metrics/metrics.ts';
import { Breakers } from '../../src/adapters/providers/breakers.ts';

const connectionOf = (apiKey: string, model = 'm'): ModelConnection => ({
  kind: 'openai',
  baseUrl: undefined,
  apiKey,
  model,
  demo: false,
  contextWindow: undefined,
});

function open() {
  let now = 1_000_000;
  const metrics = createMetrics();
  const breakers = new Breakers({ metrics, clock: { now: () => new Date(), elapsed: () => now } });
  let asked = 0;
  const call = (connection: ModelConnection, problem?: ProblemType, retryAfterSeconds = 0) =>
    breakers
      .run(
        connection,
        () => 'api.example',
        async () => {
          asked += 1;
          if (problem !== undefined) throw new ProblemError(problem, { retryAfterSeconds });
          return 'ok';
        },
      )
      .catch((error: unknown) => {
        if (!(error instanceof ProblemError)) throw error;
        return `${error.type} ${error.retryAfterSeconds ?? 0}`;
      });
  return {
    call,
    breakers,
    times: async (count: number, work: () => Promise<string>) => {
      for (let at = 0; at < count; at += 1) await work();
    },
    wait: (milliseconds: number) => (now += milliseconds),
    asked: () => asked,
    metric: async (name: string) =>
      (await metrics.render()).split('\n').filter((line) => line.startsWith(name)),
  };
}

test('R7: the key of one subscription opens its own breaker and no other', async () => {
  const { call, times, asked, metric } = open();
  const bad = connectionOf('sk-bad');
  await times(5, () => call(bad, 'provider-auth'));
  expect(await call(bad)).toBe('provider-auth 15');
  expect(asked()).toBe(5);
  expect(await call(connectionOf('sk-good'))).toBe('ok');
  expect(await call(connectionOf('sk-bad', 'another model'))).toBe('ok');
  expect(await metric('indesk_provider_breakers_open')).toEqual([
    'indesk_provider_breakers_open{scope="key",provider="openai"} 1',
  ]);
});

test('R7: a provider that is down for several is asked for by nobody, and one call tries it again', async () => {
  const { call, times, wait, asked, metric } = open();
  let key = 0;
  await times(5, () => call(connectionOf(`sk-${(key += 1)}`), 'provider-unreachable'));
  expect(await call(connectionOf('sk-new'))).toBe('provider-unreachable 15');
  wait(14_000);
  expect(await call(connectionOf('sk-new'))).toBe('provider-unreachable 1');
  wait(1_000);
  const [first, second] = await Promise.all([call(connectionOf('sk-6')), call(connectionOf('sk-7'))]);
  expect([first, second]).toEqual(['ok', 'provider-unreachable 1']);
  expect(asked()).toBe(6);
  expect(await call(connectionOf('sk-8'))).toBe('ok');
  expect(await metric('indesk_provider_breakers_open{scope="host"')).toEqual([
    'indesk_provider_breakers_open{scope="host",provider="openai"} 0',
  ]);
});

test('R7: one key whose calls time out does not stop another at the same provider', async () => {
  const { call, times } = open();
  await times(5, () => call(connectionOf('sk-slow'), 'provider-timeout'));
  expect(await call(connectionOf('sk-slow'))).toBe('provider-timeout 15');
  expect(await call(connectionOf('sk-other'))).toBe('ok');
});

test('A try that fails opens again; one whose caller left lets the next one try', async () => {
  const { call, times, wait, breakers } = open();
  const own = connectionOf('sk-1');
  await times(5, () => call(own, 'provider-quota'));
  wait(15_000);
  expect(await call(own, 'provider-quota')).toBe('provider-quota 0');
  expect(await call(own)).toBe('provider-quota 15');
  wait(15_000);
  const left = new Error('The caller left');
  await expect(
    breakers.run(
      own,
      () => 'api.example',
      () => Promise.reject(left),
    ),
  ).rejects.toBe(left);
  expect(await call(own)).toBe('ok');
});

test('A key that was found good is tried again at once', async () => {
  const { call, times, breakers, metric } = open();
  const own = connectionOf('sk-1');
  await times(5, () => call(own, 'provider-quota'));
  breakers.forgive({ kind: 'openai', apiKey: 'sk-1', model: 'm' }, 'api.example');
  expect(await call(own)).toBe('ok');
  expect(await metric('indesk_provider_breakers_open{scope="key"')).toEqual([
    'indesk_provider_breakers_open{scope="key",provider="openai"} 0',
  ]);
});

test('Fewer than five calls, or fewer than half of them, do not open it; what is a minute old does not count', async () => {
  const { call, times, wait } = open();
  const own = connectionOf('sk-1');
  await times(4, () => call(own, 'provider-timeout'));
  wait(70_000);
  await times(4, () => call(own, 'provider-timeout'));
  await times(6, () => call(own));
  expect(await call(own, 'provider-timeout')).toBe('provider-timeout 0');
  expect(await call(own)).toBe('ok');
});

test('An answer that helps nobody is an answer; a limit opens for as long as the provider asks, up to a minute', async () => {
  const { call, times, wait } = open();
  const own = connectionOf('sk-1');
  for (const problem of ['provider-refused', 'provider-bad-output', 'provider-context-overflow'] as const)
    await times(5, () => call(own, problem));
  expect(await call(own)).toBe('ok');
  const limited = connectionOf('sk-2');
  await times(5, () => call(limited, 'provider-rate-limited', 40));
  wait(16_000);
  expect(await call(limited)).toBe('provider-rate-limited 24');
  expect(await call(own)).toBe('ok');
});
