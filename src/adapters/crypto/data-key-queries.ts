import { sql } from 'kysely';
import type { WrappedKey } from '../../ports/key-encryption.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import { LostRace } from './master-key-queries.ts';

export type DataKeyPurpose = 'seal' | 'derive';

export interface DataKeyRow {
  readonly id: string;
  readonly wrapped: string;
  readonly masterKeyId: string | null;
}

const columns = ['id', 'wrapped', 'master_key_id as masterKeyId'] as const;

export async function readActiveDataKey(
  tx: ReadTransaction,
  purpose: DataKeyPurpose,
): Promise<DataKeyRow | undefined> {
  return tx
    .selectFrom('app.data_key')
    .select(columns)
    .where('purpose', '=', purpose)
    .where('state', '=', 'active')
    .executeTakeFirst();
}

export async function readDataKey(tx: ReadTransaction, id: string): Promise<DataKeyRow | undefined> {
  return tx.selectFrom('app.data_key').select(columns).where('id', '=', id).executeTakeFirst();
}

/** Every data key of the entered subscription, oldest first. */
export async function readDataKeys(tx: ReadTransaction): Promise<readonly DataKeyRow[]> {
  return tx.selectFrom('app.data_key').select(columns).orderBy('created_at').execute();
}

/** Makes a key active instead of `before`. Throws `LostRace` when another process was faster. */
export async function insertDataKey(
  tx: WriteTransaction,
  key: {
    readonly subscriptionId: string;
    readonly id: string;
    readonly purpose: DataKeyPurpose;
    readonly wrapped: WrappedKey;
    readonly masterOwner: string;
    readonly before: string | undefined;
  },
): Promise<void> {
  const { masterKeyId, blob } = key.wrapped;
  if (key.before !== undefined && !(await retireDataKey(tx, key.before))) throw new LostRace();
  const inserted = await tx
    .insertInto('app.data_key')
    .values({
      subscription_id: key.subscriptionId,
      id: key.id,
      purpose: key.purpose,
      wrapped: blob,
      master_owner: masterKeyId === null ? null : key.masterOwner,
      master_key_id: masterKeyId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) throw new LostRace();
}

/** False when it is not active any more. */
export async function retireDataKey(tx: WriteTransaction, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('app.data_key')
    .set({ state: 'retired', retired_at: sql<Date>`app.now()` })
    .where('id', '=', id)
    .where('state', '=', 'active')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Takes `count` seals of an active key; returns how many have been taken since it was made, or undefined when it is retired. */
export async function takeSeals(
  tx: WriteTransaction,
  id: string,
  count: number,
): Promise<number | undefined> {
  const row = await tx
    .updateTable('app.data_key')
    .set({ sealed_count: sql<string>`sealed_count + ${count}` })
    .where('id', '=', id)
    .where('state', '=', 'active')
    .returning('sealed_count')
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.sealed_count);
}

/** Stores a key wrapped anew, unless somebody else just did. */
export async function replaceWrapped(
  tx: WriteTransaction,
  key: {
    readonly id: string;
    readonly before: string;
    readonly wrapped: WrappedKey;
    readonly masterOwner: string;
  },
): Promise<boolean> {
  const { masterKeyId, blob } = key.wrapped;
  const { numUpdatedRows } = await tx
    .updateTable('app.data_key')
    .set({
      wrapped: blob,
      master_owner: masterKeyId === null ? null : key.masterOwner,
      master_key_id: masterKeyId,
    })
    .where('id', '=', key.id)
    .where('wrapped', '=', key.before)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
