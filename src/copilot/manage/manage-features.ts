import type { FeatureState } from '../../contract/copilot-settings.ts';
import type { FeatureName } from '../../contract/copilot.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { changeFeatureSetting } from '../../services/settings/set-feature-switch.ts';
import type { SettingsReader } from '../../services/settings/settings-reader.ts';
import type { Feature } from '../define-feature.ts';
import { features, findFeature } from '../features/index.ts';
import { insertInstructions, nextVersion, readFeatureRows, readPromptVersions } from './prompt-queries.ts';

type ManageCall = Call<'database' | 'secretBox' | 'clock'>;

/** Every feature with its switch, model and instructions. */
export async function listFeatures(call: ManageCall, settings: SettingsReader): Promise<FeatureState[]> {
  const { subscriptionId } = call;
  const current = await settings.get(subscriptionId);
  const rows = new Map(
    (await call.ports.database.read({ subscriptionId }, readFeatureRows)).map((row) => [row.feature, row]),
  );
  return features.map((feature) => {
    const row = rows.get(feature.name);
    const defaultInstructions = feature.model?.instructions ?? '';
    return {
      name: feature.name,
      title: feature.title,
      enabled: current.features.get(feature.name)?.enabled ?? true,
      asksModel: feature.model !== undefined,
      hasEvidence: feature.evidence !== undefined,
      modelTier: row?.model_tier ?? null,
      promptVersion: row?.prompt_version ?? 0,
      instructions: current.features.get(feature.name)?.instructions ?? defaultInstructions,
      defaultInstructions,
      sends: [...(feature.model?.sends ?? [])],
    };
  });
}

async function stateOf(call: ManageCall, settings: SettingsReader, name: FeatureName): Promise<FeatureState> {
  settings.forget(call.subscriptionId);
  const found = (await listFeatures(call, settings)).find((feature) => feature.name === name);
  if (found === undefined) throw new ProblemError('not-found');
  return found;
}

/** Switches a feature or chooses its model. Throws `forbidden` for one the plan does not include. */
export async function changeFeature(
  call: ManageCall,
  settings: SettingsReader,
  name: FeatureName,
  change: {
    readonly enabled?: boolean | undefined;
    readonly modelTier?: 'fast' | 'quality' | null | undefined;
  },
): Promise<FeatureState> {
  await changeFeatureSetting(call, name, change);
  return stateOf(call, settings, name);
}

/** Saves instructions as a new version; undefined goes back to the default. */
export async function changeInstructions(
  call: ManageCall,
  settings: SettingsReader,
  name: FeatureName,
  instructions: string | undefined,
): Promise<FeatureState> {
  const feature = findFeature(name);
  if (feature?.model === undefined)
    throw new ProblemError('invalid-request', {
      detail: 'This feature asks no model and has no instructions.',
    });
  await saveInstructions(call, feature, instructions);
  return stateOf(call, settings, name);
}

/** Sets every feature's instructions back to the default. */
export async function resetAllInstructions(
  call: ManageCall,
  settings: SettingsReader,
): Promise<FeatureState[]> {
  const { subscriptionId } = call;
  const changed = (await call.ports.database.read({ subscriptionId }, readFeatureRows)).filter(
    (row) => row.prompt_version > 0,
  );
  for (const { feature: name } of changed) {
    const feature = findFeature(name);
    if (feature !== undefined) await saveInstructions(call, feature, undefined);
  }
  settings.forget(subscriptionId);
  return listFeatures(call, settings);
}

async function saveInstructions(
  call: ManageCall,
  feature: Feature,
  instructions: string | undefined,
): Promise<void> {
  const { subscriptionId, actor } = call;
  const { database, secretBox, clock } = call.ports;
  // Two leads who save at once get the same number: the second is told to look again.
  const version = await database.read({ subscriptionId }, (tx) => nextVersion(tx, feature.name));
  const seal = async (table: string, row: string): Promise<string | null> =>
    instructions === undefined
      ? null
      : secretBox.seal(instructions, { subscriptionId, table, column: 'instructions', row });
  const row = {
    subscriptionId,
    feature: feature.name,
    version,
    ofVersion: await seal('prompt_version', `${feature.name}/${version}`),
    ofSetting: await seal('feature_setting', feature.name),
    accountId: actor.kind === 'account' ? actor.id : null,
    now: clock.now(),
  };
  await database.write(
    call,
    {
      permission: 'settings:write',
      audit: {
        action: instructions === undefined ? 'prompt.reset' : 'prompt.changed',
        target: feature.name,
        facts: { version },
      },
    },
    async (tx) => {
      if ((await nextVersion(tx, feature.name)) !== version)
        throw new ProblemError('conflict', { detail: 'Somebody saved another version just now.' });
      await insertInstructions(tx, row);
    },
  );
}

export interface PromptVersionRow {
  readonly version: number;
  readonly instructions: string | null;
  readonly createdAt: string;
  readonly accountId: string | null;
}

/** Versions of a feature's instructions, newest first. */
export async function listPromptVersions(call: ManageCall, name: FeatureName): Promise<PromptVersionRow[]> {
  const { subscriptionId } = call;
  const rows = await call.ports.database.read({ subscriptionId }, (tx) => readPromptVersions(tx, name));
  return Promise.all(
    rows.map(async (row) => ({
      version: row.version,
      instructions:
        row.instructions === null
          ? null
          : await call.ports.secretBox.open(row.instructions, {
              subscriptionId,
              table: 'prompt_version',
              column: 'instructions',
              row: `${name}/${row.version}`,
            }),
      createdAt: new Date(row.created_at).toISOString(),
      accountId: row.account_id,
    })),
  );
}
