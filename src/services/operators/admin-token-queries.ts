import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

export interface NewAdminToken {
  readonly id: string;
  readonly label: string;
  readonly tokenHash: string;
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly lifetimeDays: number;
}

/** Stores a token and returns when it ends, by the database's clock. */
export async function insertAdminToken(
  tx: WriteTransaction,
  subscriptionId: string,
  token: NewAdminToken,
): Promise<Date> {
  const { rows } = await sql<{ expiresAt: Date }>`
    insert into app.admin_token (subscription_id, id, label, token_hash, scopes, created_by, expires_at)
    values (${subscriptionId}, ${token.id}, ${token.label}, ${token.tokenHash}, ${JSON.stringify(token.scopes)}::jsonb,
      ${token.createdBy}, app.now() + make_interval(days => ${token.lifetimeDays}))
    returning expires_at as "expiresAt"`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('The token was not stored');
  return row.expiresAt;
}

/** A token that is neither revoked nor over; undefined otherwise. */
export async function readAdminToken(
  tx: ReadTransaction,
  id: string,
): Promise<
  | {
      readonly tokenHash: string;
      readonly scopes: readonly string[];
      readonly expiresAt: Date;
      readonly usedToday: boolean;
    }
  | undefined
> {
  return tx
    .selectFrom('app.admin_token')
    .select(['token_hash as tokenHash', 'scopes', 'expires_at as expiresAt'])
    .select(sql<boolean>`coalesce(last_used_on = app.now()::date, false)`.as('usedToday'))
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', sql<Date>`app.now()`)
    .executeTakeFirst();
}

/** Every token, newest first, without its hash. */
export async function readAdminTokens(tx: ReadTransaction) {
  return tx
    .selectFrom('app.admin_token')
    .select(['id', 'label', 'scopes', 'created_by', 'created_at', 'expires_at', 'revoked_at'])
    .select(sql<string | null>`to_char(last_used_on, 'YYYY-MM-DD')`.as('last_used_on'))
    .orderBy('created_at', 'desc')
    .execute();
}

/** False when there is no such token or it was revoked before. */
export async function markTokenRevoked(tx: WriteTransaction, id: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update app.admin_token set revoked_at = app.now() where id = ${id} and revoked_at is null returning id`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Notes the day of use; days, so that a token's use is no diary. */
export async function markTokenUsed(tx: WriteTransaction, id: string): Promise<void> {
  await sql`update app.admin_token set last_used_on = app.now()::date where id = ${id}`.execute(tx);
}

/** Whether anybody can operate this installation already. Locks the platform's row, so that two first operators cannot be made at once. */
export async function hasOperatorLocked(tx: WriteTransaction): Promise<boolean> {
  await sql`select id from app.subscription for no key update`.execute(tx);
  return hasOperator(tx);
}

export async function hasOperator(tx: ReadTransaction): Promise<boolean> {
  const row = await tx
    .selectFrom('app.account')
    .select('id')
    .where('role', '=', 'operator')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
