import { sql } from 'kysely';
import type { LinkKind } from '../../contract/links.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** Mails of one kind to one account within a day; more are left unsent without a word. */
const mailsADay = 5;

/** How long a link of each kind works, in seconds. */
export const linkLifetimes: Readonly<Record<LinkKind, number>> = {
  invite: 7 * 24 * 60 * 60,
  reset: 30 * 60,
  'change-email': 60 * 60,
  'delete-account': 60 * 60,
};

/** Opens a link, or makes the open one of that kind anew: its token dies, its time starts again. Returns its id. */
export async function openLink(
  tx: WriteTransaction,
  row: {
    readonly subscriptionId: string;
    readonly id: string;
    readonly accountId: string;
    readonly kind: LinkKind;
  },
): Promise<string> {
  const query = sql<{ id: string }>`
    insert into app.one_time_link (subscription_id, id, account_id, kind, expires_at)
    values (${row.subscriptionId}, ${row.id}, ${row.accountId}, ${row.kind},
      app.now() + make_interval(secs => ${linkLifetimes[row.kind]}))
    on conflict (subscription_id, account_id, kind) where used_at is null do update
    set token_hash = null, payload = null, expires_at = excluded.expires_at
    returning id`;
  return (await query.execute(tx)).rows[0]?.id ?? row.id;
}

/** Keeps what the link is about; sealed. */
export async function setLinkPayload(tx: WriteTransaction, id: string, payload: string): Promise<void> {
  await tx.updateTable('app.one_time_link').set({ payload }).where('id', '=', id).execute();
}

/** The id of the row a kind of link is kept in for an account, in use or not; undefined when there is none yet. */
export async function openLinkId(
  tx: ReadTransaction,
  accountId: string,
  kind: LinkKind,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('app.one_time_link')
    .select('id')
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return row?.id;
}

export interface LinkRow {
  readonly id: string;
  readonly accountId: string;
  readonly kind: LinkKind;
  readonly payload: string | null;
}

export async function readLink(tx: ReadTransaction, id: string): Promise<LinkRow | undefined> {
  return tx
    .selectFrom('app.one_time_link')
    .select(['id', 'account_id as accountId', 'kind', 'payload'])
    .where('id', '=', id)
    .executeTakeFirst();
}

const mailsOfTheDay = sql`(
  select count(*) from unnest(recent_mails) mailed where mailed > app.now() - interval '1 day'
)`;

/** Gives an open link the token that is about to be mailed; false when it is over or too many mails went out. */
export async function setLinkToken(tx: WriteTransaction, id: string, tokenHash: string): Promise<boolean> {
  const result = await sql`
    update app.one_time_link set token_hash = ${tokenHash}
    where id = ${id} and used_at is null and expires_at > app.now() and ${mailsOfTheDay} < ${mailsADay}`.execute(
    tx,
  );
  return result.numAffectedRows === 1n;
}

/** Counts a mail that has left. */
export async function noteMailed(tx: WriteTransaction, id: string): Promise<void> {
  await sql`
    update app.one_time_link set recent_mails = array(
      select mailed from unnest(recent_mails) mailed where mailed > app.now() - interval '1 day' order by mailed
    ) || app.now()
    where id = ${id}`.execute(tx);
}

/** Uses a link up; undefined when somebody else has, its time is over, or another token took the place of this one. */
export async function useLink(
  tx: WriteTransaction,
  tokenHash: string,
  kind: LinkKind,
): Promise<LinkRow | undefined> {
  const query = sql<LinkRow>`
    update app.one_time_link set used_at = app.now()
    where token_hash = ${tokenHash} and kind = ${kind} and used_at is null and expires_at > app.now()
    returning id, account_id as "accountId", kind, payload`;
  return (await query.execute(tx)).rows[0];
}

/** Ends the open links of an account, because its owner or its password changed. */
export async function closeLinks(
  tx: WriteTransaction,
  accountId: string,
  kinds: readonly LinkKind[],
): Promise<void> {
  // The row stays until it is swept: it counts the mails of the day.
  await tx
    .updateTable('app.one_time_link')
    .set({ token_hash: null, payload: null, expires_at: sql<Date>`least(expires_at, app.now())` })
    .where('account_id', '=', accountId)
    .where('kind', 'in', kinds)
    .where('used_at', 'is', null)
    .execute();
}
