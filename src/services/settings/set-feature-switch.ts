import { featureNames } from '../../contract/copilot.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readWithheldFeatures, updateFeature } from './settings-queries.ts';

/** Switches a feature on or off for a subscription. Throws `not-found`, and `forbidden` for one its plan does not include. */
export async function setFeatureSwitch(
  call: Call<'database' | 'clock'>,
  feature: string,
  enabled: boolean,
): Promise<void> {
  if (!featureNames.some((name) => name === feature))
    throw new ProblemError('not-found', { detail: `Features are: ${featureNames.join(', ')}.` });
  await changeFeatureSetting(call, feature, { enabled });
}

/** Switches a feature or chooses its model. Throws `forbidden` for one the plan does not include. */
export async function changeFeatureSetting(
  call: Call<'database' | 'clock'>,
  feature: string,
  {
    enabled,
    modelTier,
  }: {
    readonly enabled?: boolean | undefined;
    readonly modelTier?: 'fast' | 'quality' | null | undefined;
  },
): Promise<void> {
  const { subscriptionId, ports } = call;
  const facts = { ...(enabled !== undefined && { enabled }), ...(modelTier !== undefined && { modelTier }) };
  await ports.database.write(
    call,
    { permission: 'settings:write', audit: { action: 'feature.switched', target: feature, facts } },
    async (tx) => {
      if (enabled === true && (await readWithheldFeatures(tx)).includes(feature))
        throw new ProblemError('forbidden', { detail: 'The plan does not include this feature.' });
      await updateFeature(tx, { subscriptionId, feature, enabled, modelTier, now: ports.clock.now() });
    },
  );
}
