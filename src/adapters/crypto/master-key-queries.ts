import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** A master key under one root key. */
export interface WrapperRow {
  readonly masterKeyId: string;
  readonly masterState: 'active' | 'retired';
  readonly state: 'staged' | 'active' | 'old';
  readonly fingerprint: string;
  readonly wrapped: string;
}

export interface NewWrapper {
  readonly id: string;
  readonly masterKeyId: string;
  readonly fingerprint: string;
  readonly wrapped: string;
}

/** Thrown to roll back when another process was faster; the caller looks again. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
}

export async function readWrappers(tx: ReadTransaction): Promise<readonly WrapperRow[]> {
  return tx
    .selectFrom('app.master_key_wrapper as wrapper')
    .innerJoin('app.master_key as master', (join) =>
      join
        .onRef('master.subscription_id', '=', 'wrapper.subscription_id')
        .onRef('master.id', '=', 'wrapper.master_key_id'),
    )
    .select([
      'master.id as masterKeyId',
      'master.state as masterState',
      'wrapper.state',
      'wrapper.fingerprint',
      'wrapper.wrapped',
    ])
    .orderBy('master.created_at')
    .execute();
}

/** Makes a master key the one that wraps from now on. Throws `LostRace` when there is another than `before`. */
export async function insertMasterKey(
  tx: WriteTransaction,
  wrapper: NewWrapper,
  before: string | undefined,
): Promise<void> {
  if (before !== undefined) {
    const { numUpdatedRows } = await tx
      .updateTable('app.master_key')
      .set({ state: 'retired' })
      .where('id', '=', before)
      .where('state', '=', 'active')
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw new LostRace();
  }
  const inserted = await tx
    .insertInto('app.master_key')
    .values({ subscription_id: platformSubscriptionId, id: wrapper.masterKeyId, state: 'active' })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) throw new LostRace();
  await insertWrapper(tx, wrapper, 'active');
}

/** Puts the master keys under the next root key too, instead of any other next one. */
export async function stageWrappers(tx: WriteTransaction, wrappers: readonly NewWrapper[]): Promise<void> {
  await tx.deleteFrom('app.master_key_wrapper').where('state', '=', 'staged').execute();
  for (const wrapper of wrappers) await insertWrapper(tx, wrapper, 'staged');
}

/** The next root key becomes the present one, the present one the one before; nothing older stays. */
export async function promoteWrappers(tx: WriteTransaction): Promise<void> {
  const staged = await tx
    .selectFrom('app.master_key_wrapper')
    .select('master_key_id')
    .where('state', '=', 'staged')
    .forUpdate()
    .execute();
  if (staged.length === 0) throw new LostRace();
  const masters = staged.map((row) => row.master_key_id);
  await tx
    .deleteFrom('app.master_key_wrapper')
    .where('master_key_id', 'in', masters)
    .where('state', '=', 'old')
    .execute();
  for (const [from, to] of [
    ['active', 'old'],
    ['staged', 'active'],
  ] as const) {
    await tx
      .updateTable('app.master_key_wrapper')
      .set({ state: to })
      .where('master_key_id', 'in', masters)
      .where('state', '=', from)
      .execute();
  }
}

export async function readRetiredMasterKeys(tx: ReadTransaction): Promise<readonly string[]> {
  const rows = await tx.selectFrom('app.master_key').select('id').where('state', '=', 'retired').execute();
  return rows.map((row) => row.id);
}

/** The database refuses (SQLSTATE 23503) while a data key is under it. */
export async function deleteMasterKey(tx: WriteTransaction, id: string): Promise<void> {
  await tx.deleteFrom('app.master_key').where('id', '=', id).where('state', '=', 'retired').execute();
}

async function insertWrapper(
  tx: WriteTransaction,
  { id, masterKeyId, fingerprint, wrapped }: NewWrapper,
  state: 'staged' | 'active',
): Promise<void> {
  const inserted = await tx
    .insertInto('app.master_key_wrapper')
    .values({
      subscription_id: platformSubscriptionId,
      id,
      master_key_id: masterKeyId,
      state,
      fingerprint,
      wrapped,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) throw new LostRace();
}
