import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { providerKinds, type KeyCheck } from '../../ports/model-provider.ts';
import { insertProvider } from './integration-queries.ts';

export const AddProviderInput = z
  .object({
    kind: z.enum(providerKinds),
    label: z.string().min(1).max(80).optional(),
    baseUrl: z.url().optional(),
    model: z.string().min(1).max(200),
    apiKey: z.string().min(1).max(1_000),
    contextWindow: z.number().int().min(1_000).max(10_000_000).optional(),
    demo: z.boolean().default(false),
  })
  .refine((input) => input.kind !== 'openai-compatible' || input.baseUrl !== undefined, {
    path: ['baseUrl'],
    message: 'An OpenAI-compatible provider needs its base URL',
  });
export type AddProviderInput = z.input<typeof AddProviderInput>;

/** Stores a provider account, key sealed, and makes it the one that answers. The key is checked first without sending content. */
export async function addProvider(
  call: Call<'database' | 'modelProvider' | 'secretBox' | 'ids' | 'egress' | 'clock'>,
  input: AddProviderInput,
): Promise<{ readonly id: string; readonly check: KeyCheck['state'] }> {
  const parsed = AddProviderInput.safeParse(input);
  if (!parsed.success)
    throw new ProblemError('invalid-request', {
      detail: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    });
  const { kind, baseUrl, model, apiKey } = parsed.data;
  const { database, modelProvider, secretBox, ids, egress } = call.ports;
  if (baseUrl !== undefined) egress.check('provider', baseUrl);
  const check = await modelProvider.checkKey({ kind, baseUrl, apiKey, model }, call.signal);
  if (check.state === 'invalid') throw new ProblemError('provider-auth');
  const id = ids.next();
  const sealed = await secretBox.seal(apiKey, {
    subscriptionId: call.subscriptionId,
    table: 'provider_connection',
    column: 'api_key',
    row: id,
  });
  await database.write(
    call,
    { permission: 'integrations:write', audit: { action: 'provider.added', target: id, facts: { kind } } },
    (tx) =>
      insertProvider(tx, call.subscriptionId, {
        id,
        kind,
        label: parsed.data.label ?? kind,
        baseUrl: baseUrl ?? null,
        model,
        apiKey: sealed,
        keyLastFour: lastFourOf(apiKey),
        demo: parsed.data.demo,
        contextWindow: parsed.data.contextWindow ?? null,
        keyState: check.state,
        now: call.ports.clock.now(),
      }),
  );
  return { id, check: check.state };
}

/** What the console shows to tell keys apart; nothing of a key so short that it would give it away. */
export const lastFourOf = (apiKey: string): string => (apiKey.length >= 12 ? apiKey.slice(-4) : '');
