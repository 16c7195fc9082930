import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

const inSeconds = (seconds: number) => sql<Date>`app.now() + make_interval(secs => ${seconds})`;

/** Keys that are still believed, the newest that signs first. */
export function readSigningKeys(tx: ReadTransaction) {
  return tx
    .selectFrom('app.signing_key')
    .select([
      'id',
      'public_key as publicKey',
      'private_key as privateKey',
      sql<boolean>`signs_from <= app.now()`.as('maySign'),
    ])
    .where(sql<boolean>`verifies_until is null or verifies_until > app.now()`)
    .orderBy('signs_from', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

export async function insertSigningKey(
  tx: WriteTransaction,
  key: {
    readonly subscriptionId: string;
    readonly id: string;
    readonly publicKey: string;
    /** Sealed. */
    readonly privateKey: string;
    readonly signsInSeconds: number;
  },
): Promise<void> {
  await tx
    .insertInto('app.signing_key')
    .values({
      subscription_id: key.subscriptionId,
      id: key.id,
      public_key: key.publicKey,
      private_key: key.privateKey,
      signs_from: inSeconds(key.signsInSeconds),
      verifies_until: null,
    })
    .execute();
}

/** Gives every present key its end, and deletes those whose end has come. */
export async function retireSigningKeys(tx: WriteTransaction, seconds: number): Promise<void> {
  await tx
    .updateTable('app.signing_key')
    .set({ verifies_until: inSeconds(seconds) })
    .where('verifies_until', 'is', null)
    .execute();
  await tx
    .deleteFrom('app.signing_key')
    .where(sql<boolean>`verifies_until < app.now()`)
    .execute();
}
