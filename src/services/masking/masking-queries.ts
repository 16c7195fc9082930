import type { MaskingSettings } from '../../contract/masking.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** The masking settings of the entered subscription with its patterns, sealed; undefined when it never set any. */
export function readMaskingRow(tx: ReadTransaction) {
  return tx
    .selectFrom('app.masking_setting')
    .select(['enabled', 'types', 'regions', 'patterns'])
    .executeTakeFirst();
}

export async function upsertMasking(
  tx: WriteTransaction,
  subscriptionId: string,
  settings: Omit<MaskingSettings, 'patterns'>,
  sealedPatterns: string,
  now: Date,
): Promise<void> {
  const row = {
    enabled: settings.enabled,
    types: JSON.stringify(settings.types),
    regions: JSON.stringify(settings.phoneRegions),
    patterns: sealedPatterns,
    updated_at: now,
  };
  await tx
    .insertInto('app.masking_setting')
    .values({ subscription_id: subscriptionId, ...row })
    .onConflict((conflict) => conflict.column('subscription_id').doUpdateSet(row))
    .execute();
}
