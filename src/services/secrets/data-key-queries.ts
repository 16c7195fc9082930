import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** A data key as it can be shown; never the key. */
export interface DataKey {
  readonly id: string;
  readonly purpose: 'seal' | 'derive';
  readonly state: 'active' | 'retired';
  readonly sealedCount: string;
  readonly createdAt: Date;
}

/** The data keys of the entered subscription, oldest first. */
export async function listDataKeys(tx: ReadTransaction): Promise<readonly DataKey[]> {
  return tx
    .selectFrom('app.data_key')
    .select(['id', 'purpose', 'state', 'sealed_count as sealedCount', 'created_at as createdAt'])
    .orderBy('created_at')
    .execute();
}

/** Holds a key that retired at least so many seconds ago until the transaction ends, so that nothing new is stored under it. */
export async function lockRetiredKey(
  tx: WriteTransaction,
  id: string,
  retiredSeconds: number,
): Promise<boolean> {
  const row = await tx
    .selectFrom('app.data_key')
    .select('id')
    .where('id', '=', id)
    .where('state', '=', 'retired')
    .where(sql<boolean>`retired_at <= app.now() - make_interval(secs => ${retiredSeconds})`)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteDataKey(tx: WriteTransaction, id: string): Promise<void> {
  await tx.deleteFrom('app.data_key').where('id', '=', id).execute();
}

/**
 * Deletes every data key of the entered subscription, which must be marked as deleted and not held: like every erasure
 * with SQLSTATE 55006 otherwise. Returns how many.
 */
export async function eraseDataKeys(tx: WriteTransaction): Promise<number> {
  // Checks the same as the erasure of rows, under the same lock, so that a legal hold comes before or after.
  await sql`select app.erase_rows(0)`.execute(tx);
  const { numDeletedRows } = await tx.deleteFrom('app.data_key').executeTakeFirst();
  return Number(numDeletedRows);
}

/** Deletes the accounts and signing keys that these data keys sealed; returns how many accounts. */
export async function deleteSealedPeople(
  tx: WriteTransaction,
  dataKeyIds: readonly string[],
): Promise<number> {
  const accounts = await sql`
    delete from app.account where app.data_key_of(email) = any(${dataKeyIds}::uuid[])`.execute(tx);
  await sql`
    delete from app.signing_key where app.data_key_of(private_key) = any(${dataKeyIds}::uuid[])`.execute(tx);
  return Number(accounts.numAffectedRows ?? 0n);
}
