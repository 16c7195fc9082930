import { sql } from 'kysely';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import type { AccountRole, AccountStatus } from '../../ports/schema/accounts.ts';
import { requireRoom } from '../quotas/require-room.ts';

const today = sql<string>`(app.now() at time zone 'UTC')::date`;
const now = sql<Date>`app.now()`;

export interface NewAccount {
  readonly subscriptionId: string;
  readonly id: string;
  readonly role: AccountRole;
  readonly status: AccountStatus;
  /** Sealed. */
  readonly email: string;
  readonly emailHash: string;
  readonly passwordHash: string | null;
}

/** Throws `conflict` when the address has an account in this subscription and `quota-exceeded` when its seats are taken. */
export async function insertAccount(tx: WriteTransaction, account: NewAccount): Promise<void> {
  await requireRoom(tx, 'seats', countSeats);
  const inserted = await tx
    .insertInto('app.account')
    .values({
      subscription_id: account.subscriptionId,
      id: account.id,
      role: account.role,
      status: account.status,
      email: account.email,
      email_hash: account.emailHash,
      password_hash: account.passwordHash,
      password_changed_at: account.passwordHash === null ? null : now,
    })
    .onConflict((conflict) => conflict.columns(['subscription_id', 'email_hash']).doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n)
    throw new ProblemError('conflict', { detail: 'This address has an account here already.' });
}

/** Disabled accounts take no seat: they are never made active again. */
async function countSeats(tx: WriteTransaction): Promise<number> {
  const { count } = await tx
    .selectFrom('app.account')
    .select((expression) => expression.fn.countAll<string>().as('count'))
    .where('status', '<>', 'disabled')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The account with that id of the entered subscription. */
export function readAccount(tx: ReadTransaction, accountId: string) {
  return tx
    .selectFrom('app.account')
    .select(['id', 'role', 'status', 'email', 'password_hash', 'created_at'])
    .where('id', '=', accountId)
    .executeTakeFirst();
}

/** At most 1,000 people, in the order they came. */
export function listAccounts(tx: ReadTransaction) {
  return tx
    .selectFrom('app.account')
    .select([
      'id',
      'role',
      'status',
      'email',
      'created_at',
      // As text: the driver would read a day as midnight where the server stands.
      sql<string | null>`last_sign_in_on::text`.as('last_sign_in_on'),
    ])
    .orderBy('created_at')
    .orderBy('id')
    .limit(1_000)
    .execute();
}

export async function readSubscriptionName(tx: ReadTransaction): Promise<string> {
  return (await tx.selectFrom('app.subscription').select('name').executeTakeFirst())?.name ?? '';
}

/** Locks the accounts that rule the subscription, in one order, so that two of them cannot step down at once. */
export async function lockRulers(tx: WriteTransaction): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('app.account')
    .select('id')
    .where('role', 'in', ['admin', 'operator'])
    .where('status', '=', 'active')
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map((row) => row.id);
}

/** The account, locked until the transaction ends. */
export function lockAccount(tx: WriteTransaction, accountId: string) {
  return tx
    .selectFrom('app.account')
    .select(['id', 'role', 'status', 'password_hash'])
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
}

export async function updateRole(tx: WriteTransaction, accountId: string, role: AccountRole): Promise<void> {
  await tx.updateTable('app.account').set({ role }).where('id', '=', accountId).execute();
}

export async function updateStatus(
  tx: WriteTransaction,
  accountId: string,
  status: AccountStatus,
): Promise<void> {
  await tx.updateTable('app.account').set({ status }).where('id', '=', accountId).execute();
}

/** Throws `subscription-held` under a legal hold; holds back one that is about to come until the transaction ends. */
export async function requireNoHold(tx: WriteTransaction): Promise<void> {
  const row = await tx.selectFrom('app.subscription').select('held_since').forShare().executeTakeFirst();
  if ((row?.held_since ?? null) !== null) throw new ProblemError('subscription-held');
}

export async function deleteAccount(tx: WriteTransaction, accountId: string): Promise<void> {
  await tx.deleteFrom('app.account').where('id', '=', accountId).execute();
}

/** Stores a new password hash; an invited account becomes active with it. False when there is no such account, or a disabled one. */
export async function updatePassword(
  tx: WriteTransaction,
  accountId: string,
  passwordHash: string,
): Promise<boolean> {
  const result = await tx
    .updateTable('app.account')
    .set({ password_hash: passwordHash, password_changed_at: now, status: 'active' })
    .where('id', '=', accountId)
    .where('status', '<>', 'disabled')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Notes the day of a sign-in, and a hash made anew with today's costs. */
export async function noteSignIn(
  tx: WriteTransaction,
  accountId: string,
  passwordHash: string | undefined,
): Promise<void> {
  await tx
    .updateTable('app.account')
    .set({ last_sign_in_on: today, ...(passwordHash !== undefined && { password_hash: passwordHash }) })
    .where('id', '=', accountId)
    .execute();
}
