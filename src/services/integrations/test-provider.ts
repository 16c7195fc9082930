import { z } from 'zod';
import { ProblemError, toProblem } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import type { Generation, ModelConnection } from '../../ports/model-provider.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { readProvider } from './integration-queries.ts';

export interface ProviderTest {
  readonly key: string;
  readonly streaming: string;
  readonly structured: string;
  readonly firstTokenMs: number | null;
}

const Answer = z.object({ colour: z.string() });
const shape = {
  name: 'test',
  schema: {
    type: 'object',
    properties: { colour: { type: 'string' } },
    required: ['colour'],
    additionalProperties: false,
  },
  accepts: (value: unknown) => Answer.safeParse(value).success,
};

/** Tries a provider with a harmless question of our own: key, streaming, structured output. Without an id, the one that answers. */
export async function testProvider(
  call: Call<'database' | 'secretBox' | 'modelProvider' | 'clock'>,
  settings: SettingsReader,
  id?: string,
): Promise<ProviderTest> {
  const provider =
    id === undefined ? (await settings.get(call.subscriptionId)).provider : await openProvider(call, id);
  if (provider === undefined) throw new ProblemError('provider-not-connected');
  const { modelProvider } = call.ports;
  const key = await modelProvider.checkKey(provider, call.signal);
  const [streaming, structured] = await Promise.all([
    tryStreaming(call, provider),
    tryStructured(call, provider),
  ]);
  return { key: key.state, streaming: streaming.outcome, structured, firstTokenMs: streaming.firstTokenMs };
}

async function openProvider(call: Call<'database' | 'secretBox'>, id: string): Promise<ModelConnection> {
  const { database, secretBox } = call.ports;
  const { subscriptionId } = call;
  const stored = await database.read(call, (tx) => readProvider(tx, id));
  if (stored === undefined) throw new ProblemError('not-found');
  const binding = { subscriptionId, table: 'provider_connection', column: 'api_key', row: id };
  return {
    kind: stored.kind,
    baseUrl: stored.baseUrl ?? undefined,
    apiKey: await secretBox.open(stored.apiKey, binding),
    model: stored.model,
    demo: stored.demo,
    contextWindow: stored.contextWindow ?? undefined,
  };
}

const ask = (call: Call<'modelProvider'>, connection: ModelConnection): Generation => ({
  connection,
  prompt: Transient.of({ system: 'You are a test.', user: 'Name the colour of a clear sky at noon.' }),
  maxOutputTokens: 200,
  signal: call.signal,
});

async function tryStreaming(
  call: Call<'modelProvider' | 'clock'>,
  connection: ModelConnection,
): Promise<{ outcome: string; firstTokenMs: number | null }> {
  const startedAt = call.ports.clock.elapsed();
  let firstTokenMs: number | null = null;
  try {
    for await (const event of call.ports.modelProvider.stream(ask(call, connection))) {
      if (event.type === 'text-delta') firstTokenMs ??= Math.round(call.ports.clock.elapsed() - startedAt);
    }
    return { outcome: 'ok', firstTokenMs };
  } catch (error) {
    return { outcome: toProblem(error).type, firstTokenMs };
  }
}

async function tryStructured(call: Call<'modelProvider'>, connection: ModelConnection): Promise<string> {
  try {
    await call.ports.modelProvider.generate({ ...ask(call, connection), output: shape });
    return 'ok';
  } catch (error) {
    return toProblem(error).type;
  }
}
