import type { Receipt } from '../contract/stream-events.ts';
import type { SubscriptionSettings } from '../services/settings/settings-reader.ts';
import type { CopilotServices } from './copilot-call.ts';

type Keepers = Pick<CopilotServices, 'quotas' | 'budgets'>;

/** Lets a call ask a model, at once while the keepers know what is left; it must end by `settle`. Throws `budget-used-up`, `quota-exceeded` and `database-unavailable`. */
export function admit(
  keepers: Keepers,
  subscriptionId: string,
  settings: SubscriptionSettings,
  feature: string,
): void | Promise<void> {
  const begun = settings.budgeted ? keepers.budgets.begin(subscriptionId, feature) : undefined;
  return begun instanceof Promise
    ? begun.then(() => takeQuota(keepers, subscriptionId, settings, feature))
    : takeQuota(keepers, subscriptionId, settings, feature);
}

function takeQuota(
  { quotas, budgets }: Keepers,
  subscriptionId: string,
  settings: SubscriptionSettings,
  feature: string,
): void | Promise<void> {
  const giveBack = (error: unknown): never => {
    if (settings.budgeted) budgets.settle(subscriptionId, feature, { tokens: 0, nanoUsd: 0 });
    throw error;
  };
  try {
    const taken = quotas.take(subscriptionId, settings.quotas);
    return taken instanceof Promise ? taken.catch(giveBack) : undefined;
  } catch (error) {
    return giveBack(error);
  }
}

/** Ends what `admit` began, by what the call used. */
export function settle(
  { quotas, budgets }: Keepers,
  subscriptionId: string,
  settings: SubscriptionSettings,
  receipt: Receipt,
): void {
  const tokens = receipt.inputTokens + receipt.outputTokens;
  quotas.settle(subscriptionId, settings.quotas, { providerCalls: receipt.providerCalls, tokens });
  // Also where the last budget was removed while the call ran.
  budgets.settle(subscriptionId, receipt.feature, { tokens, nanoUsd: receipt.costNanoUsd });
}
