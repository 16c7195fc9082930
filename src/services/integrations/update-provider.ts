import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { KeyCheck } from '../../ports/model-provider.ts';
import { lastFourOf } from './add-provider.ts';
import { changeProvider, providerIdByLabel, readProvider } from './integration-queries.ts';

export const UpdateProviderInput = z.object({
  label: z.string().min(1).max(80).optional(),
  /** Null: the vendor's own address. */
  baseUrl: z.url().max(2_000).nullable().optional(),
  model: z.string().min(1).max(200).optional(),
  /** Write-only; needed when the base URL names another host. */
  apiKey: z.string().min(1).max(1_000).optional(),
  contextWindow: z.number().int().min(1_000).max(10_000_000).nullable().optional(),
  /** Makes it the one that answers. */
  isDefault: z.literal(true).optional(),
});
export type UpdateProviderInput = z.input<typeof UpdateProviderInput>;

/** Changes a provider account. A stored key is sent to the host it was entered for and to no other: a new host asks for the key again. */
export async function updateProvider(
  call: Call<'database' | 'modelProvider' | 'secretBox' | 'egress' | 'clock'>,
  id: string,
  input: UpdateProviderInput,
): Promise<{ readonly check: KeyCheck['state'] }> {
  const parsed = UpdateProviderInput.safeParse(input);
  if (!parsed.success)
    throw new ProblemError('invalid-request', {
      detail: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    });
  const { database, modelProvider, secretBox, egress } = call.ports;
  const { subscriptionId } = call;
  const change = parsed.data;
  const stored = await database.read(call, (tx) => readProvider(tx, id));
  if (stored === undefined) throw new ProblemError('not-found');
  const baseUrl = change.baseUrl === undefined ? stored.baseUrl : change.baseUrl;
  if (baseUrl === null && stored.kind === 'openai-compatible')
    throw new ProblemError('invalid-request', {
      detail: 'baseUrl: An OpenAI-compatible provider needs its base URL',
    });
  if (baseUrl !== null) egress.check('provider', baseUrl);
  if (originOf(baseUrl) !== originOf(stored.baseUrl) && change.apiKey === undefined)
    throw new ProblemError('invalid-request', {
      detail: 'apiKey: Enter the key again, because the address names another host.',
    });
  const binding = { subscriptionId, table: 'provider_connection', column: 'api_key', row: id };
  const apiKey = change.apiKey ?? (await secretBox.open(stored.apiKey, binding));
  const model = change.model ?? stored.model;
  const connection = { kind: stored.kind, baseUrl: baseUrl ?? undefined, apiKey, model };
  const check = await modelProvider.checkKey(connection, call.signal);
  if (check.state === 'invalid') throw new ProblemError('provider-auth');
  const newKey =
    change.apiKey === undefined
      ? {}
      : { apiKey: await secretBox.seal(change.apiKey, binding), keyLastFour: lastFourOf(change.apiKey) };
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: {
        action: 'provider.changed',
        target: id,
        facts: { key: change.apiKey !== undefined, host: originOf(baseUrl) !== originOf(stored.baseUrl) },
      },
    },
    async (tx) => {
      const namesake = await providerIdByLabel(tx, change.label ?? stored.label);
      if (namesake !== undefined && namesake !== id)
        throw new ProblemError('conflict', { detail: 'There is another provider of that name.' });
      const changed = await changeProvider(
        tx,
        id,
        {
          label: change.label ?? stored.label,
          baseUrl,
          model,
          contextWindow: change.contextWindow === undefined ? stored.contextWindow : change.contextWindow,
          isDefault: change.isDefault ?? stored.isDefault,
          keyState: check.state,
          now: call.ports.clock.now(),
          ...newKey,
        },
        // A colleague who entered another host meanwhile must not have their key sent to this one.
        stored.baseUrl,
      );
      if (!changed) throw new ProblemError('conflict');
    },
  );
  return { check: check.state };
}

/** Scheme, host and port that a key may be sent to; the vendor's own is the empty text. */
const originOf = (baseUrl: string | null): string => (baseUrl === null ? '' : new URL(baseUrl).origin);
