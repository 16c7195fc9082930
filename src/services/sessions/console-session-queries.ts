import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

const now = sql<Date>`app.now()`;
const isLive = sql<boolean>`session.revoked_at is null and session.idle_expires_at > app.now()
  and session.absolute_expires_at > app.now()`;

/** A session that has not ended, with its account; undefined otherwise. */
export function readLiveSession(tx: ReadTransaction, sessionId: string) {
  return tx
    .selectFrom('app.console_session as session')
    .innerJoin('app.account as account', (join) =>
      join
        .onRef('account.subscription_id', '=', 'session.subscription_id')
        .onRef('account.id', '=', 'session.account_id'),
    )
    .select(['session.account_id as accountId', 'session.proven_at as provenAt', 'account.role as role'])
    .where('session.id', '=', sessionId)
    .where('account.status', '=', 'active')
    .where(isLive)
    .executeTakeFirst();
}

/** Sessions of an account that have not ended, the one used last first. */
export function listLiveSessions(tx: ReadTransaction, accountId: string) {
  return tx
    .selectFrom('app.console_session as session')
    .select([
      'session.id as id',
      'session.created_at as createdAt',
      'session.last_seen_at as lastSeenAt',
      'session.absolute_expires_at as endsAt',
      'session.device as device',
    ])
    .where('session.account_id', '=', accountId)
    .where(isLive)
    .orderBy('session.last_seen_at', 'desc')
    .orderBy('session.id')
    .limit(200)
    .execute();
}

export interface NewSession {
  readonly subscriptionId: string;
  readonly sessionId: string;
  readonly accountId: string;
  readonly device: string;
  readonly tokenId: string;
  readonly tokenHash: string;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  /** The session whose place it takes, and whose end it keeps. */
  readonly replaces?: string;
}

/** Adds a session with its first refresh token; false when the one it replaces has ended, or the account may not sign in. */
export async function insertSession(tx: WriteTransaction, fresh: NewSession): Promise<boolean> {
  const { replaces, subscriptionId } = fresh;
  const query =
    replaces === undefined
      ? sql<{ until: Date }>`select app.now() + make_interval(secs => ${fresh.absoluteSeconds}) as until
          from app.account where id = ${fresh.accountId} and status = 'active' for share`
      : sql<{ until: Date }>`update app.console_session session set revoked_at = app.now()
          where session.id = ${replaces} and session.account_id = ${fresh.accountId} and ${isLive}
          returning session.absolute_expires_at as until`;
  const until = (await query.execute(tx)).rows[0]?.until;
  if (until === undefined) return false;
  const idleUntil = sql<Date>`least(app.now() + make_interval(secs => ${fresh.idleSeconds}), ${until}::timestamptz)`;
  await tx
    .insertInto('app.console_session')
    .values({
      subscription_id: subscriptionId,
      id: fresh.sessionId,
      account_id: fresh.accountId,
      idle_expires_at: idleUntil,
      absolute_expires_at: until,
      device: fresh.device,
      proven_at: now,
      revoked_at: null,
    })
    .execute();
  await tx
    .insertInto('app.refresh_token')
    .values({
      subscription_id: subscriptionId,
      id: fresh.tokenId,
      session_id: fresh.sessionId,
      token_hash: fresh.tokenHash,
      parent_id: null,
      generation: 1,
      used_at: null,
      expires_at: idleUntil,
      absolute_expires_at: until,
    })
    .execute();
  return true;
}

/** Ends sessions of an account that live and returns their ids: all, all but one, or one alone. */
export async function revokeSessions(
  tx: WriteTransaction,
  accountId: string,
  which: { readonly except?: string; readonly only?: string } = {},
): Promise<readonly string[]> {
  let query = tx
    .updateTable('app.console_session')
    .set({ revoked_at: now })
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null);
  if (which.except !== undefined) query = query.where('id', '<>', which.except);
  if (which.only !== undefined) query = query.where('id', '=', which.only);
  return (await query.returning('id').execute()).map((row) => row.id);
}
