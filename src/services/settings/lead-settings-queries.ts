import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

export const readLeadDocuments = (tx: ReadTransaction) =>
  tx.selectFrom('app.lead_setting').select(['kind', 'document']).execute();

export async function upsertLeadDocument(
  tx: WriteTransaction,
  row: {
    readonly subscriptionId: string;
    readonly kind: string;
    /** Sealed. */
    readonly document: string;
    readonly now: Date;
  },
): Promise<void> {
  await tx
    .insertInto('app.lead_setting')
    .values({
      subscription_id: row.subscriptionId,
      kind: row.kind,
      document: row.document,
      updated_at: row.now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['subscription_id', 'kind'])
        .doUpdateSet({ document: row.document, updated_at: row.now }),
    )
    .execute();
}

export async function deleteLeadDocument(tx: WriteTransaction, kind: string): Promise<void> {
  await tx.deleteFrom('app.lead_setting').where('kind', '=', kind).execute();
}
