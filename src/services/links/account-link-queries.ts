import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** What mails and links need to know of an account. */
export async function readRecipient(tx: ReadTransaction, accountId: string) {
  return tx
    .selectFrom('app.account')
    .innerJoin('app.subscription', 'app.subscription.id', 'app.account.subscription_id')
    .select([
      'app.account.email',
      'app.account.language',
      'app.account.status',
      'app.account.role',
      'app.subscription.name as subscriptionName',
    ])
    .where('app.account.id', '=', accountId)
    .executeTakeFirst();
}

export async function setLanguage(
  tx: WriteTransaction,
  accountId: string,
  language: 'en' | 'de',
): Promise<void> {
  await tx.updateTable('app.account').set({ language }).where('id', '=', accountId).execute();
}

/** Gives an account another address; false when one of the subscription has it already. */
export async function updateEmail(
  tx: WriteTransaction,
  accountId: string,
  row: {
    /** Sealed. */
    readonly email: string;
    readonly emailHash: string;
  },
): Promise<boolean> {
  const result = await sql`
    update app.account set email = ${row.email}, email_hash = ${row.emailHash}
    where id = ${accountId} and status = 'active'
      and not exists (select from app.account other where other.email_hash = ${row.emailHash} and other.id <> ${accountId})`.execute(
    tx,
  );
  return result.numAffectedRows === 1n;
}
