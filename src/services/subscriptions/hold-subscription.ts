import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { changeSubscription } from './change-subscription.ts';
import { setHold } from './subscription-queries.ts';

/** Puts a legal hold on what is stored: sweeps and erasures leave it alone until it is lifted. `reference` is a case number. */
export const holdSubscription = (
  call: Call<'database'>,
  settings: Pick<SettingsReader, 'forget'>,
  reference: string,
): Promise<void> =>
  changeSubscription(call, settings, { action: 'subscription.held', facts: { reference } }, async (tx) => {
    if (!(await setHold(tx, call.subscriptionId, reference)))
      throw new ProblemError('conflict', { detail: 'The subscription is under legal hold already.' });
  });

/** Lifts the hold; what was due meanwhile is swept and erased by the next clean-up. */
export const liftHold = (call: Call<'database'>, settings: Pick<SettingsReader, 'forget'>): Promise<void> =>
  changeSubscription(call, settings, { action: 'subscription.hold-lifted' }, async (tx) => {
    if (!(await setHold(tx, call.subscriptionId, null)))
      throw new ProblemError('conflict', { detail: 'The subscription is not under legal hold.' });
  });
