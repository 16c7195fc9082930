import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** How many versions of a feature's instructions are kept. */
export const versionsKept = 50;

export const readFeatureRows = (tx: ReadTransaction) =>
  tx
    .selectFrom('app.feature_setting')
    .select(['feature', 'enabled', 'model_tier', 'prompt_version'])
    .execute();

export const readPromptVersions = (tx: ReadTransaction, feature: string) =>
  tx
    .selectFrom('app.prompt_version')
    .select(['version', 'instructions', 'created_at', 'account_id'])
    .where('feature', '=', feature)
    .orderBy('version', 'desc')
    .limit(versionsKept)
    .execute();

export interface NewInstructions {
  readonly subscriptionId: string;
  readonly feature: string;
  readonly version: number;
  /** Sealed for the version's row; null: the default. */
  readonly ofVersion: string | null;
  /** Sealed for the setting's row; null: the default. */
  readonly ofSetting: string | null;
  readonly accountId: string | null;
  readonly now: Date;
}

/** The number after the newest version. */
export async function nextVersion(tx: ReadTransaction, feature: string): Promise<number> {
  const row = await tx
    .selectFrom('app.prompt_version')
    .select((select) => select.fn.max('version').as('newest'))
    .where('feature', '=', feature)
    .executeTakeFirst();
  return Number(row?.newest ?? 0) + 1;
}

/** Keeps the new version and uses it from now on. */
export async function insertInstructions(tx: WriteTransaction, row: NewInstructions): Promise<void> {
  await tx
    .insertInto('app.prompt_version')
    .values({
      subscription_id: row.subscriptionId,
      feature: row.feature,
      version: row.version,
      instructions: row.ofVersion,
      created_at: row.now,
      account_id: row.accountId,
    })
    .execute();
  await tx
    .deleteFrom('app.prompt_version')
    .where('feature', '=', row.feature)
    .where('version', '<=', row.version - versionsKept)
    .execute();
  const used = {
    instructions: row.ofSetting,
    prompt_version: row.ofSetting === null ? 0 : row.version,
    updated_at: row.now,
  };
  await tx
    .insertInto('app.feature_setting')
    .values({ subscription_id: row.subscriptionId, feature: row.feature, enabled: true, ...used })
    .onConflict((conflict) => conflict.columns(['subscription_id', 'feature']).doUpdateSet(used))
    .execute();
}
