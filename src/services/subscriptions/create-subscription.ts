import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { Database } from '../../ports/database.ts';
import type { Ids } from '../../ports/clock.ts';
import { contactColumns, ContactEmail } from './contact-email.ts';
import { Limits, limitColumns } from './limits.ts';
import { hashKey, keyLastFour, newSubscriptionKey } from './subscription-key.ts';
import { changeSubscriptionRow, replaceKey } from './subscription-queries.ts';

/** Finds a subscription by name or makes it; returns its id. */
export async function ensureSubscription(
  ports: { readonly database: Database; readonly ids: Ids },
  name: string,
): Promise<string> {
  return ports.database.lookup(
    async (functions) =>
      (await functions.subscriptionIdByName(name)) ??
      functions.createSubscription({ id: ports.ids.next(), name, plan: 'self-hosted' }),
  );
}

export const CreateSubscriptionInput = z.object({
  name: z.string().trim().min(1).max(200),
  plan: z.string().trim().min(1).max(60).default('standard'),
  tier: z.string().trim().min(1).max(60).default('standard'),
  contactEmail: ContactEmail.nullable().default(null),
  expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
  limits: Limits.default({ requests: null, tokens: null, seats: null, aiAgents: null }),
});
export type CreateSubscriptionInput = z.input<typeof CreateSubscriptionInput>;

/** Makes a subscription with its limits and its key, which is shown this once. Throws `conflict` when the name is taken. */
export async function createSubscription(
  call: Call<'database' | 'ids' | 'secretBox'>,
  input: CreateSubscriptionInput,
): Promise<{ readonly id: string; readonly key: string }> {
  const { name, plan, tier, contactEmail, expiresAt, limits } = CreateSubscriptionInput.parse(input);
  const { database, ids, secretBox } = call.ports;
  const id = await database.lookup((functions) =>
    functions.createSubscription({ id: ids.next(), name, plan }),
  );
  const contact = await contactColumns(secretBox, id, contactEmail);
  const key = newSubscriptionKey();
  await database.write(
    { ...call, subscriptionId: id },
    { permission: 'subscriptions:write', audit: { action: 'subscription.created', facts: { plan, tier } } },
    async (tx) => {
      const change = {
        tier,
        expires_at: expiresAt === null ? null : new Date(expiresAt),
        ...contact,
        ...limitColumns(limits),
      };
      const made =
        (await changeSubscriptionRow(tx, id, change, ['active'])) &&
        (await replaceKey(tx, id, { hash: hashKey(key), lastFour: keyLastFour(key), overlapHours: 0 }));
      if (!made) throw new ProblemError('conflict');
    },
  );
  return { id, key };
}
