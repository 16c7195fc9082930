import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import type { MacroRestriction } from './macro-text.ts';

/** A macro as it is stored. */
export interface MacroRow {
  readonly id: number;
  readonly active: boolean;
  readonly restriction: MacroRestriction | null;
  /** Sealed. */
  readonly document: string;
  readonly usedIn30Days: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export async function readMacros(tx: ReadTransaction): Promise<readonly MacroRow[]> {
  const rows = await tx
    .selectFrom('app.macro')
    .select([
      'id',
      'active',
      'restriction_type',
      'restriction_ids',
      'document',
      'used_30d',
      'created_at',
      'updated_at',
    ])
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: Number(row.id),
    active: row.active,
    restriction:
      row.restriction_type === null ? null : { type: row.restriction_type, ids: row.restriction_ids },
    document: row.document,
    usedIn30Days: row.used_30d,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}

/** When each of these macros was last changed, of those that are stored. */
export async function readMacroVersions(
  tx: ReadTransaction,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Date>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('app.macro')
    .select(['id', 'updated_at'])
    .where('id', 'in', ids.map(String))
    .execute();
  return new Map(rows.map((row) => [Number(row.id), row.updated_at]));
}

export async function upsertMacros(
  tx: WriteTransaction,
  subscriptionId: string,
  macros: readonly MacroRow[],
): Promise<void> {
  for (const macro of macros) {
    const values = {
      active: macro.active,
      restriction_type: macro.restriction?.type ?? null,
      restriction_ids: JSON.stringify(macro.restriction?.ids ?? []),
      document: macro.document,
      created_at: macro.createdAt,
      updated_at: macro.updatedAt,
      seen_at: sql<Date>`app.now()`,
    };
    // The list of changes does not say how often a macro was used; the whole list does.
    const used = macro.usedIn30Days === null ? {} : { used_30d: macro.usedIn30Days };
    await tx
      .insertInto('app.macro')
      .values({ subscription_id: subscriptionId, id: String(macro.id), ...values, ...used })
      .onConflict((conflict) =>
        conflict.columns(['subscription_id', 'id']).doUpdateSet({ ...values, ...used }),
      )
      .execute();
  }
}

/** Notes of macros that have not changed that they are still there, and how often they were used. */
export async function markMacrosSeen(
  tx: WriteTransaction,
  macros: readonly { readonly id: number; readonly usedIn30Days: number | null }[],
): Promise<void> {
  if (macros.length === 0) return;
  const rows = JSON.stringify(macros.map(({ id, usedIn30Days }) => ({ id, used: usedIn30Days })));
  await sql`
    update app.macro set seen_at = app.now(), used_30d = coalesce(seen.used, macro.used_30d)
    from jsonb_to_recordset(${rows}::jsonb) as seen(id bigint, used integer)
    where macro.id = seen.id`.execute(tx);
}

/** Deletes what Zendesk has not shown since; returns how many. */
export async function deleteMacrosNotSeenSince(tx: WriteTransaction, since: Date): Promise<number> {
  const gone = await tx.deleteFrom('app.macro').where('seen_at', '<', since).executeTakeFirst();
  return Number(gone.numDeletedRows);
}

/** Deletes everything that is stored of the account's macros. */
export async function deleteEverythingOfMacros(tx: WriteTransaction): Promise<void> {
  // What was shown of a macro goes with it.
  await tx.deleteFrom('app.macro').execute();
  await tx.deleteFrom('app.macro_sync').execute();
  await tx.deleteFrom('app.macro_gap').execute();
}

/** Whether the account is connected, any or this one; it stays so until the transaction has ended. */
export async function holdConnection(tx: WriteTransaction, subdomain?: string): Promise<boolean> {
  const row = await tx.selectFrom('app.zendesk_connection').select('subdomain').forShare().executeTakeFirst();
  return row !== undefined && (subdomain === undefined || row.subdomain === subdomain);
}
