import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { changeSubscription } from './change-subscription.ts';
import { hashKey, keyLastFour, newSubscriptionKey } from './subscription-key.ts';
import { replaceKey } from './subscription-queries.ts';

/** The key being replaced installs for another day, so that an app's settings can follow. */
export const keyOverlapHours = 24;

/** Gives the subscription a new key, shown this once. The one before the last stops at once. */
export async function rotateSubscriptionKey(
  call: Call<'database'>,
  settings: Pick<SettingsReader, 'forget'>,
): Promise<{ readonly key: string }> {
  const key = newSubscriptionKey();
  await changeSubscription(call, settings, { action: 'subscription.key-rotated' }, async (tx) => {
    const replaced = await replaceKey(tx, call.subscriptionId, {
      hash: hashKey(key),
      lastFour: keyLastFour(key),
      overlapHours: keyOverlapHours,
    });
    if (!replaced) throw new ProblemError('conflict', { detail: 'The subscription is being deleted.' });
  });
  return { key };
}
