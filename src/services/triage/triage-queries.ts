import { sql } from 'kysely';
import type { Band } from '../../contract/abilities.ts';
import { TriageRules, type TriageChange } from '../../contract/triage.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** What holds until the lead sets something: nothing is done. */
export const defaultTriageRules: TriageRules = TriageRules.parse({ mode: 'off' });

/** The webhook of the entered subscription; its secret is sealed. */
export interface TriageWebhook {
  readonly id: string;
  readonly webhookId: string;
  readonly triggerIds: readonly number[];
  readonly ownUserId: number;
  /** The account it was made in. */
  readonly subdomain: string;
  readonly connectedAt: Date;
  /** Whether Zendesk is still connected to the account it was made in. */
  readonly working: boolean;
}

/** Rules, their version (0: the default) and the webhook, as they are now. */
export interface TriageSetting {
  readonly rules: TriageRules;
  readonly version: number;
  readonly webhook: TriageWebhook | undefined;
}

/** Never from a cache: a mode that was switched off holds from its commit on. */
export async function readTriageSetting(tx: ReadTransaction): Promise<TriageSetting> {
  const stored = await tx
    .selectFrom('app.triage_setting')
    .select(['mode', 'rules', 'version'])
    .executeTakeFirst();
  const row = await tx
    .selectFrom('app.triage_webhook as webhook')
    .innerJoin(
      'app.zendesk_connection as connection',
      'connection.subscription_id',
      'webhook.subscription_id',
    )
    .select([
      'webhook.id',
      'webhook.webhook_id as webhookId',
      'webhook.trigger_ids as triggerIds',
      'webhook.own_user_id as ownUserId',
      'webhook.subdomain',
      'webhook.connected_at as connectedAt',
    ])
    .select(sql<boolean>`connection.subdomain = webhook.subdomain`.as('working'))
    .executeTakeFirst();
  const parsed = stored && TriageRules.safeParse({ ...stored.rules, mode: stored.mode });
  return {
    rules: parsed?.success === true ? parsed.data : defaultTriageRules,
    version: stored?.version ?? 0,
    webhook: row && { ...row, ownUserId: Number(row.ownUserId) },
  };
}

export async function upsertTriageRules(
  tx: WriteTransaction,
  subscriptionId: string,
  { mode, ...rules }: TriageRules,
  now: Date,
): Promise<void> {
  const row = { mode, rules: JSON.stringify(rules), updated_at: now };
  await tx
    .insertInto('app.triage_setting')
    .values({ subscription_id: subscriptionId, ...row, version: 1 })
    .onConflict((conflict) =>
      conflict
        .column('subscription_id')
        .doUpdateSet({ ...row, version: sql<number>`triage_setting.version + 1` }),
    )
    .execute();
}

/** Sets the mode to off and leaves the other rules. */
export async function switchTriageOff(tx: WriteTransaction, now: Date): Promise<void> {
  await tx
    .updateTable('app.triage_setting')
    .set({ mode: 'off', updated_at: now, version: sql<number>`version + 1` })
    .execute();
}

export async function insertTriageWebhook(
  tx: WriteTransaction,
  row: {
    readonly subscriptionId: string;
    readonly id: string;
    readonly subdomain: string;
    readonly keyHash: string;
    readonly webhookId: string;
    readonly triggerIds: readonly number[];
    readonly ownUserId: number;
    /** Sealed. */
    readonly signingSecret: string;
    readonly now: Date;
  },
): Promise<void> {
  await tx
    .insertInto('app.triage_webhook')
    .values({
      subscription_id: row.subscriptionId,
      id: row.id,
      subdomain: row.subdomain,
      key_hash: row.keyHash,
      webhook_id: row.webhookId,
      trigger_ids: JSON.stringify(row.triggerIds),
      own_user_id: String(row.ownUserId),
      signing_secret: row.signingSecret,
      connected_at: row.now,
    })
    .execute();
}

/** True when there was one. */
export async function deleteTriageWebhook(tx: WriteTransaction): Promise<boolean> {
  const gone = await tx.deleteFrom('app.triage_webhook').executeTakeFirst();
  return gone.numDeletedRows === 1n;
}

export async function isTriaged(tx: ReadTransaction, deliveryId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('app.triage_change')
    .select('id')
    .where('delivery_id', '=', deliveryId)
    .executeTakeFirst();
  return row !== undefined;
}

export interface NewTriageChange {
  readonly id: string;
  readonly ticketId: number;
  readonly deliveryId: string;
  readonly auditId: number | null;
  readonly fields: readonly string[];
  readonly band: Band | null;
  readonly outcome: TriageChange['outcome'];
}

/** False when the ticket's change is noted already. */
export async function insertTriageChange(
  tx: WriteTransaction,
  subscriptionId: string,
  change: NewTriageChange,
): Promise<boolean> {
  const made = await tx
    .insertInto('app.triage_change')
    .values({
      subscription_id: subscriptionId,
      id: change.id,
      ticket_id: String(change.ticketId),
      delivery_id: change.deliveryId,
      audit_id: change.auditId === null ? null : String(change.auditId),
      fields: JSON.stringify(change.fields),
      band: change.band,
      outcome: change.outcome,
      at: sql<Date>`app.now()`,
    })
    .onConflict((conflict) => conflict.columns(['subscription_id', 'delivery_id']).doNothing())
    .executeTakeFirst();
  return made.numInsertedOrUpdatedRows === 1n;
}

const changes = (tx: ReadTransaction) =>
  tx
    .selectFrom('app.triage_change')
    .select([
      'id',
      'ticket_id as ticketId',
      'audit_id as auditId',
      'fields',
      'band',
      'outcome',
      'at',
      'undone_at as undoneAt',
    ]);

type ChangeRow = Awaited<ReturnType<ReturnType<typeof changes>['executeTakeFirstOrThrow']>>;

const toChange = (row: ChangeRow): TriageChange => ({
  ...row,
  ticketId: Number(row.ticketId),
  auditId: row.auditId === null ? null : Number(row.auditId),
  fields: [...row.fields],
  at: row.at.toISOString(),
  undoneAt: row.undoneAt?.toISOString() ?? null,
});

/** Newest first. */
export async function readTriageChanges(tx: ReadTransaction, limit: number): Promise<TriageChange[]> {
  const rows = await changes(tx).orderBy('at', 'desc').orderBy('id').limit(limit).execute();
  return rows.map(toChange);
}

export async function readTriageChange(tx: ReadTransaction, id: string): Promise<TriageChange | undefined> {
  const row = await changes(tx).where('id', '=', id).executeTakeFirst();
  return row && toChange(row);
}

export async function markTriageUndone(
  tx: WriteTransaction,
  id: string,
  undoAuditId: number | null,
): Promise<void> {
  await tx
    .updateTable('app.triage_change')
    .set({
      undone_at: sql<Date>`app.now()`,
      undo_audit_id: undoAuditId === null ? null : String(undoAuditId),
    })
    .where('id', '=', id)
    .where('undone_at', 'is', null)
    .execute();
}
