import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import { readMaskingRow } from '../masking/masking-queries.ts';
import { readLeadDocuments } from './lead-settings-queries.ts';

const providerRows = (tx: ReadTransaction) =>
  tx
    .selectFrom('app.provider_connection')
    .select([
      'id',
      'kind',
      'base_url',
      'model',
      'fast_model',
      'api_key',
      'demo',
      'context_window',
      'is_default',
    ]);

/** One connection, whether it answers by default or not; undefined when there is none. */
export const readProviderRow = (tx: ReadTransaction, id: string) =>
  providerRows(tx).where('id', '=', id).executeTakeFirst();

/** Everything a warm call needs, in one transaction; the tenant is the transaction's own. */
export async function readSettings(tx: ReadTransaction) {
  const subscription = await tx
    .selectFrom('app.subscription')
    .select(['name', 'status', 'withheld_features', 'withheld_permissions', 'request_quota', 'token_quota'])
    .select(sql<boolean>`expires_at is null or expires_at > app.now()`.as('current'))
    .select(sql<boolean>`held_since is not null`.as('held'))
    .select(sql<boolean>`exists (select from app.budget)`.as('budgeted'))
    .executeTakeFirst();
  const features = await tx
    .selectFrom('app.feature_setting')
    .select(['feature', 'enabled', 'instructions', 'prompt_version', 'model_tier'])
    .execute();
  // The one that answers, then those that stand in for it.
  const providers = await providerRows(tx)
    .where((one) => one.or([one('is_default', '=', true), one('fallback_order', 'is not', null)]))
    .orderBy('fallback_order')
    .execute();
  const zendesk = await tx
    .selectFrom('app.zendesk_connection')
    .select(['subdomain', 'client_id', 'client_secret', 'scopes', 'status', 'brand_ids', 'grant_kind'])
    .executeTakeFirst();
  const masking = await readMaskingRow(tx);
  const lead = await readLeadDocuments(tx);
  return { subscription, features, lead, providers, zendesk, masking };
}

/** Features the plan of the entered subscription does not include. */
export async function readWithheldFeatures(tx: ReadTransaction): Promise<readonly string[]> {
  const row = await tx.selectFrom('app.subscription').select('withheld_features').executeTakeFirst();
  return row?.withheld_features ?? [];
}

/** Changes what is named of a feature; the rest of it stays. */
export async function updateFeature(
  tx: WriteTransaction,
  row: {
    readonly subscriptionId: string;
    readonly feature: string;
    readonly enabled: boolean | undefined;
    readonly modelTier: 'fast' | 'quality' | null | undefined;
    readonly now: Date;
  },
): Promise<void> {
  const change = {
    ...(row.enabled !== undefined && { enabled: row.enabled }),
    ...(row.modelTier !== undefined && { model_tier: row.modelTier }),
    updated_at: row.now,
  };
  await tx
    .insertInto('app.feature_setting')
    .values({
      subscription_id: row.subscriptionId,
      feature: row.feature,
      enabled: row.enabled ?? true,
      instructions: null,
      ...change,
    })
    .onConflict((conflict) => conflict.columns(['subscription_id', 'feature']).doUpdateSet(change))
    .execute();
}
