import { featureNames } from '../../contract/copilot.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { upsertFeatureSwitch } from '../integrations/integration-queries.ts';
import { readWithheldFeatures } from './settings-queries.ts';

/** Switches a feature on or off for a subscription. Throws `not-found`, and `forbidden` for one its plan does not include. */
export async function setFeatureSwitch(
  call: Call<'database' | 'clock'>,
  feature: string,
  enabled: boolean,
): Promise<void> {
  if (!featureNames.some((name) => name === feature))
    throw new ProblemError('not-found', { detail: `Features are: ${featureNames.join(', ')}.` });
  await call.ports.database.write(
    call,
    {
      permission: 'settings:write',
      audit: { action: 'feature.switched', target: feature, facts: { enabled } },
    },
    async (tx) => {
      if (enabled && (await readWithheldFeatures(tx)).includes(feature))
        throw new ProblemError('forbidden', { detail: 'The plan does not include this feature.' });
      await upsertFeatureSwitch(tx, call.subscriptionId, feature, enabled, call.ports.clock.now());
    },
  );
}
