import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** How far reading the macros has come. */
export interface SyncRow {
  readonly kind: 'full' | 'changes';
  /** Where a whole reading goes on; null: from its start, or nothing is under way. */
  readonly cursor: string | null;
  readonly startedAt: Date;
  readonly touchedAt: Date;
  readonly finishedAt: Date | null;
  readonly watermark: Date | null;
  readonly nextWatermark: Date | null;
  readonly read: number;
  readonly total: number | null;
  readonly errorCode: string | null;
  /** A whole reading is due. */
  readonly isFullDue: boolean;
  /** Begun and neither ended nor failed. */
  readonly isRunning: boolean;
}

/** Undefined: no reading has begun. */
export async function readSync(tx: ReadTransaction): Promise<SyncRow | undefined> {
  const row = await tx
    .selectFrom('app.macro_sync')
    .selectAll()
    .select(sql<boolean>`full_at is null or full_at < app.now() - interval '1 day'`.as('is_full_due'))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    kind: row.kind,
    cursor: row.cursor,
    startedAt: row.started_at,
    touchedAt: row.touched_at,
    finishedAt: row.finished_at,
    watermark: row.watermark,
    nextWatermark: row.next_watermark,
    read: row.read,
    total: row.total,
    errorCode: row.error_code,
    isFullDue: row.is_full_due,
    isRunning:
      row.error_code === null &&
      (row.finished_at === null || row.finished_at.getTime() < row.started_at.getTime()),
  };
}

/** Notes that a reading begins; returns when, by the database's clock. */
export async function beginSync(
  tx: WriteTransaction,
  subscriptionId: string,
  begun: {
    readonly kind: 'full' | 'changes';
    readonly total: number | null;
    readonly nextWatermark: Date | null;
  },
): Promise<Date> {
  const values = {
    kind: begun.kind,
    cursor: null,
    started_at: sql<Date>`app.now()`,
    touched_at: sql<Date>`app.now()`,
    next_watermark: begun.nextWatermark,
    read: 0,
    total: begun.total,
    error_code: null,
  };
  const row = await tx
    .insertInto('app.macro_sync')
    .values({ subscription_id: subscriptionId, ...values })
    .onConflict((conflict) => conflict.column('subscription_id').doUpdateSet(values))
    .returning('started_at')
    .executeTakeFirstOrThrow();
  return row.started_at;
}

export async function noteSyncProgress(
  tx: WriteTransaction,
  progress: { readonly read: number; readonly cursor: string | null },
): Promise<void> {
  await tx
    .updateTable('app.macro_sync')
    .set({ ...progress, touched_at: sql<Date>`app.now()`, error_code: null })
    .execute();
}

export async function endSync(tx: WriteTransaction, kind: 'full' | 'changes'): Promise<void> {
  await tx
    .updateTable('app.macro_sync')
    .set({
      cursor: null,
      touched_at: sql<Date>`app.now()`,
      finished_at: sql<Date>`app.now()`,
      watermark: sql<Date>`coalesce(next_watermark, watermark)`,
      error_code: null,
      ...(kind === 'full' && { full_at: sql<Date>`app.now()` }),
    })
    .execute();
}

/** Notes that a reading failed; it goes on where it was unless it shall start over. */
export async function failSync(
  tx: WriteTransaction,
  subscriptionId: string,
  errorCode: string,
  startOver: boolean,
): Promise<void> {
  const now = sql<Date>`app.now()`;
  await tx
    .insertInto('app.macro_sync')
    .values({
      subscription_id: subscriptionId,
      kind: 'full',
      started_at: now,
      touched_at: now,
      error_code: errorCode,
    })
    .onConflict((conflict) =>
      conflict
        .column('subscription_id')
        .doUpdateSet({ touched_at: now, error_code: errorCode, ...(startOver && { cursor: null }) }),
    )
    .execute();
}
