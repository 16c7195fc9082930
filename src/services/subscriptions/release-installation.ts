import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { changeSubscription } from './change-subscription.ts';
import { deleteInstallations } from './subscription-queries.ts';

/** Unbinds the app's installation, so that another one can claim the subscription with its key. */
export const releaseInstallation = (
  call: Call<'database'>,
  settings: Pick<SettingsReader, 'forget'>,
): Promise<void> =>
  changeSubscription(call, settings, { action: 'installation.released' }, async (tx) => {
    if ((await deleteInstallations(tx, call.subscriptionId)) === 0)
      throw new ProblemError('conflict', { detail: 'No installation is bound.' });
  });
