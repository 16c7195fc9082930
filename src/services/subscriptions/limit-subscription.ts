import { z } from 'zod';
import { featureNames } from '../../contract/copilot.ts';
import { permissions } from '../../contract/permissions.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { moveSubscription } from './change-subscription.ts';
import { contactColumns, ContactEmail } from './contact-email.ts';
import { limitColumns, Limits } from './limits.ts';

export const ChangePlanInput = z.object({
  plan: z.string().trim().min(1).max(60).optional(),
  tier: z.string().trim().min(1).max(60).optional(),
  contactEmail: ContactEmail.nullable().optional(),
  limits: Limits.optional(),
});
export type ChangePlanInput = z.infer<typeof ChangePlanInput>;

const standing = ['active', 'suspended', 'expired'] as const;

/** Changes plan, tier, contact and limits. A lower limit holds at once; what is already used stays. */
export async function changePlan(
  call: Call<'database' | 'secretBox'>,
  settings: Pick<SettingsReader, 'forget'>,
  { plan, tier, contactEmail, limits }: ChangePlanInput,
): Promise<void> {
  const contact =
    contactEmail === undefined
      ? {}
      : await contactColumns(call.ports.secretBox, call.subscriptionId, contactEmail);
  const change = {
    ...(plan !== undefined && { plan }),
    ...(tier !== undefined && { tier }),
    ...(limits !== undefined && limitColumns(limits)),
    ...contact,
  };
  if (Object.keys(change).length === 0)
    throw new ProblemError('invalid-request', { detail: 'Nothing to change was named.' });
  await moveSubscription(call, settings, {
    audit: {
      action: 'subscription.changed',
      facts: {
        ...(plan !== undefined && { plan }),
        ...(tier !== undefined && { tier }),
        ...(contactEmail !== undefined && { contact: contactEmail === null ? 'removed' : 'replaced' }),
        ...limits,
      },
    },
    change,
    from: standing,
  });
}

export const Withheld = z.object({
  features: z.array(z.enum(featureNames)),
  permissions: z.array(z.enum(Object.keys(permissions) as [keyof typeof permissions])),
});
export type Withheld = z.infer<typeof Withheld>;

/** Says which features and permissions the plan does not include; they are refused whatever the subscription switches on. */
export const withhold = (
  call: Call<'database'>,
  settings: Pick<SettingsReader, 'forget'>,
  withheld: Withheld,
): Promise<void> =>
  moveSubscription(call, settings, {
    audit: {
      action: 'subscription.features-withheld',
      facts: { features: [...withheld.features], permissions: [...withheld.permissions] },
    },
    change: {
      withheld_features: JSON.stringify(withheld.features),
      withheld_permissions: JSON.stringify(withheld.permissions),
    },
    from: standing,
  });
