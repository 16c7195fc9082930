import { sql } from 'kysely';
import type { Actor } from '../../ports/call.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import type { SubscriptionStatus } from '../../ports/schema/subscriptions.ts';
import { deleteEverythingOfMacros } from '../macros/macro-queries.ts';

const databaseNow = sql<Date>`app.now()`;

/** The entered subscription's own row; undefined when there is none. */
export async function readSubscriptionRow(tx: ReadTransaction) {
  return tx.selectFrom('app.subscription').selectAll().executeTakeFirst();
}
export type StoredSubscription = NonNullable<Awaited<ReturnType<typeof readSubscriptionRow>>>;

export interface SubscriptionChange {
  readonly plan?: string;
  readonly tier?: string;
  readonly status?: SubscriptionStatus;
  readonly expires_at?: Date | null;
  readonly contact_email?: string | null;
  readonly contact_email_index?: string | null;
  readonly request_quota?: number | null;
  readonly token_quota?: number | null;
  readonly seat_quota?: number | null;
  readonly ai_agent_quota?: number | null;
  /** JSON. */
  readonly withheld_features?: string;
  readonly withheld_permissions?: string;
  readonly erase_after?: null;
}

/** Changes the entered subscription when its status is among `from`; false when it is not. */
export async function changeSubscriptionRow(
  tx: WriteTransaction,
  subscriptionId: string,
  change: SubscriptionChange,
  from: readonly SubscriptionStatus[],
): Promise<boolean> {
  const changed = await tx
    .updateTable('app.subscription')
    .set({ ...change, ...(change.status !== undefined && { status_since: databaseNow }) })
    .where('id', '=', subscriptionId)
    .where('status', 'in', from)
    .where('erasure_counts', 'is', null)
    .returning('id')
    .execute();
  return changed.length > 0;
}

/** Gives the entered subscription a key; the one it had works for another `overlapHours`. */
export async function replaceKey(
  tx: WriteTransaction,
  subscriptionId: string,
  key: { readonly hash: string; readonly lastFour: string; readonly overlapHours: number },
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update app.subscription set previous_key_hash = key_hash,
      previous_key_until = case when key_hash is null then null else app.now() + make_interval(hours => ${key.overlapHours}) end,
      key_hash = ${key.hash}, key_last_four = ${key.lastFour}, key_since = app.now()
    where id = ${subscriptionId} and status <> 'deleting' returning id`.execute(tx);
  return rows.length > 0;
}

/** Puts the hold on, or with null takes it off; false when it stood so already. */
export async function setHold(
  tx: WriteTransaction,
  subscriptionId: string,
  reference: string | null,
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update app.subscription set hold_reference = ${reference},
      held_since = case when ${reference}::text is null then null else app.now() end
    where id = ${subscriptionId} and (held_since is null) = (${reference}::text is not null) returning id`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Marks the entered subscription, and with it its accounts, as a demo's for good. */
export async function markDemo(tx: WriteTransaction, subscriptionId: string): Promise<void> {
  await tx.updateTable('app.subscription').set({ demo: true }).where('id', '=', subscriptionId).execute();
}

/** Marks the entered subscription as deleted; it may be taken back for `graceDays`. False when held or marked before. */
export async function markDeleted(
  tx: WriteTransaction,
  subscriptionId: string,
  graceDays: number,
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update app.subscription set status = 'deleting', status_since = app.now(), access_withdrawn_at = null,
      erase_after = app.now() + make_interval(days => ${graceDays})
    where id = ${subscriptionId} and status <> 'deleting' and held_since is null returning id`.execute(tx);
  return rows.length > 0;
}

/** Begins the erasure: from here on it cannot be taken back. Notes how many rows there were; false when held. */
export async function beginErasure(tx: WriteTransaction, subscriptionId: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update app.subscription set status = 'deleting', status_since = app.now(), erase_after = app.now(),
      erasure_counts = coalesce(erasure_counts, app.count_rows())
    where id = ${subscriptionId} and held_since is null returning id`.execute(tx);
  return rows.length > 0;
}

/** How many rows the entered subscription has in each table that has any. */
export async function countRows(tx: ReadTransaction): Promise<Readonly<Record<string, number>>> {
  const query = sql<{ counts: Record<string, number> }>`select app.count_rows() as counts`;
  return (await query.execute(tx)).rows[0]?.counts ?? {};
}

/** Deletes up to `most` rows of the entered subscription, which must be marked as deleted and not held; returns how many. */
export async function eraseRows(tx: WriteTransaction, most: number): Promise<number> {
  const { rows } = await sql<{ gone: string }>`select app.erase_rows(${most}) as gone`.execute(tx);
  return Number(rows[0]?.gone ?? 0);
}

/** In the platform's transaction: removes what is left of a subscription and writes its tombstone. */
export async function burySubscription(
  tx: WriteTransaction,
  platformId: string,
  erased: {
    readonly id: string;
    readonly hash: string;
    readonly actor: Actor;
    readonly counts: Readonly<Record<string, number>>;
  },
): Promise<void> {
  await sql`select app.erase_subscription(${erased.id})`.execute(tx);
  await tx
    .insertInto('app.tombstone')
    .values({
      subscription_id: platformId,
      erased_hash: erased.hash,
      actor_kind: erased.actor.kind,
      actor_id: String(erased.actor.id),
      counts: JSON.stringify(erased.counts),
    })
    .execute();
}

/** Deletes what lets the subscription be used: connections, keys of providers, installations; and the copy of the account's macros. */
export async function deleteAccess(tx: WriteTransaction, subscriptionId: string): Promise<void> {
  for (const table of [
    'sidebar_installation',
    'provider_connection',
    'zendesk_connection',
    'confluence_connection',
  ] as const)
    await tx.deleteFrom(`app.${table}`).where('subscription_id', '=', subscriptionId).execute();
  await deleteEverythingOfMacros(tx);
  await sql`update app.subscription set access_withdrawn_at = app.now() where id = ${subscriptionId}`.execute(
    tx,
  );
}

/** The sidebar installation of the entered subscription, its row locked so that claims come one after the other. */
export async function lockInstallation(
  tx: WriteTransaction,
): Promise<{ readonly audience: string } | undefined> {
  await sql`select id from app.subscription for no key update`.execute(tx);
  return tx.selectFrom('app.sidebar_installation').select('audience').executeTakeFirst();
}

export async function insertInstallation(
  tx: WriteTransaction,
  subscriptionId: string,
  row: {
    readonly id: string;
    readonly audience: string;
    readonly issuer: string;
    readonly publicKeyPem: string;
  },
): Promise<void> {
  await tx
    .insertInto('app.sidebar_installation')
    .values({
      subscription_id: subscriptionId,
      id: row.id,
      audience: row.audience,
      issuer: row.issuer,
      public_key_pem: row.publicKeyPem,
    })
    .execute();
}

/** Lets another installation claim the key; returns how many were released. */
export async function deleteInstallations(tx: WriteTransaction, subscriptionId: string): Promise<number> {
  const gone = await tx
    .deleteFrom('app.sidebar_installation')
    .where('subscription_id', '=', subscriptionId)
    .returning('id')
    .execute();
  return gone.length;
}
