import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { setFallbacks } from './integration-queries.ts';

/** Chooses who stands in for the default, in order. Throws `not-found` for an account that is none of the subscription's. */
export async function setProviderFallbacks(
  call: Call<'database'>,
  settings: Pick<SettingsReader, 'forget'>,
  providerIds: readonly string[],
): Promise<void> {
  await call.ports.database.write(
    call,
    {
      permission: 'integrations:write',
      audit: { action: 'provider.fallbacks-set', facts: { providers: [...providerIds] } },
    },
    async (tx) => {
      if (!(await setFallbacks(tx, providerIds))) throw new ProblemError('not-found');
    },
  );
  settings.forget(call.subscriptionId);
}
