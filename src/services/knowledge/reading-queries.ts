import { sql } from 'kysely';
import type { Call } from '../../ports/call.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import { connectedSite } from './source-queries.ts';

/** Minutes without a sign of life after which a reading is taken up by another job. */
const stoppedMinutes = 15;

/** A document as a reading knows it. */
export interface KnownDocument {
  readonly id: string;
  readonly externalId: string;
  readonly version: string | null;
  readonly seenRun: number;
  readonly chunks: number;
  readonly embeddingModel: string | null;
}

export interface Counted {
  readonly read: number;
  readonly changed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Begins a reading of a source from elsewhere, or takes up one that stopped, and asks for its job. Nothing happens while
 * one goes on, unless it shall start over. False: nothing happened.
 */
export async function enqueueReading(
  tx: WriteTransaction,
  call: Pick<Call<'jobs'>, 'subscriptionId' | 'ports'>,
  sourceId: string,
  { startOver = false }: { readonly startOver?: boolean } = {},
): Promise<boolean> {
  const begun = await sql<{ step: number }>`
    update app.knowledge_source source set
      step = step + 1, reading = 'running', touched_at = app.now(), error_code = null,
      run = case when state.goes_on then run else run + 1 end,
      cursor = case when state.goes_on then cursor end,
      reading_kind = case when state.goes_on then reading_kind end,
      started_at = case when state.goes_on then started_at else app.now() end,
      read = case when state.goes_on then read else 0 end,
      changed = case when state.goes_on then changed else 0 end,
      failed = case when state.goes_on then failed else 0 end,
      skipped = case when state.goes_on then skipped else 0 end
    from (select id, reading = 'running' and not ${startOver} is true as goes_on from app.knowledge_source) as state
    where source.id = ${sourceId} and state.id = source.id and source.kind in ('confluence', 'help-center', 'web')
      and (${startOver} or source.reading is distinct from 'running'
        or source.touched_at < app.now() - make_interval(mins => ${stoppedMinutes}))
    returning source.step`.execute(tx);
  const step = begun.rows[0]?.step;
  if (step === undefined) return false;
  await enqueueStep(tx, call, sourceId, step);
  return true;
}

const enqueueStep = (
  tx: WriteTransaction,
  call: Pick<Call<'jobs'>, 'subscriptionId' | 'ports'>,
  sourceId: string,
  step: number,
): Promise<void> =>
  call.ports.jobs.enqueue(
    tx,
    call,
    'knowledge.read',
    { sourceId, step: String(step) },
    { dedupeKey: `${sourceId}/${step}` },
  );

/** Whether this step still is what reads the source; it stays so until the transaction ends. */
export async function holdReading(tx: WriteTransaction, sourceId: string, step: number): Promise<boolean> {
  const query = sql`
    select id from app.knowledge_source where id = ${sourceId} and step = ${step} and reading = 'running'
    for no key update`;
  return (await query.execute(tx)).rows.length === 1;
}

/** The same at this moment only, without a lock. */
export async function isReadBy(tx: ReadTransaction, sourceId: string, step: number): Promise<boolean> {
  const row = await tx
    .selectFrom('app.knowledge_source')
    .select('id')
    .where('id', '=', sourceId)
    .where('step', '=', step)
    .where('reading', '=', 'running')
    .executeTakeFirst();
  return row !== undefined;
}

/** Leaves the rest to another job. */
export async function leaveToNextStep(
  tx: WriteTransaction,
  call: Pick<Call<'jobs'>, 'subscriptionId' | 'ports'>,
  sourceId: string,
  step: number,
): Promise<void> {
  await tx
    .updateTable('app.knowledge_source')
    .set({ step: step + 1, touched_at: sql<Date>`app.now()` })
    .where('id', '=', sourceId)
    .execute();
  await enqueueStep(tx, call, sourceId, step + 1);
}

/** Whether all documents have to be met again: for the first time, or a day ago. */
export async function isFullDue(tx: ReadTransaction, sourceId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('app.knowledge_source')
    .select(sql<boolean>`coalesce(full_at < app.now() - interval '1 day', true)`.as('is_due'))
    .where('id', '=', sourceId)
    .executeTakeFirst();
  return row?.is_due ?? false;
}

export async function noteKind(
  tx: WriteTransaction,
  sourceId: string,
  noted: { readonly kind: 'full' | 'changes'; readonly model: string | null },
): Promise<void> {
  await tx
    .updateTable('app.knowledge_source')
    .set({
      reading_kind: noted.kind,
      reading_model: noted.model,
      touched_at: sql<Date>`app.now()`,
      // Chosen before Confluence was connected: the site is known from now on.
      site_url: sql<
        string | null
      >`case when kind = 'confluence' then coalesce(site_url, ${connectedSite}) end`,
    })
    .where('id', '=', sourceId)
    .execute();
}

/** Adds to what was read, and notes where it goes on when the part is done. */
export async function noteProgress(
  tx: WriteTransaction,
  sourceId: string,
  counted: Counted,
  part?: { readonly cursor: string | null; readonly nextWatermark: string | null },
): Promise<void> {
  await sql`
    update app.knowledge_source set touched_at = app.now(), error_code = null,
      read = read + ${counted.read}, changed = changed + ${counted.changed},
      failed = failed + ${counted.failed}, skipped = skipped + ${counted.skipped}
    where id = ${sourceId}`.execute(tx);
  if (part !== undefined)
    await tx
      .updateTable('app.knowledge_source')
      .set({
        cursor: part.cursor,
        ...(part.nextWatermark !== null && { next_watermark: part.nextWatermark }),
      })
      .where('id', '=', sourceId)
      .execute();
}

/** Ends a reading; changes count from its beginning, or from what the site said. */
export async function endReading(
  tx: WriteTransaction,
  sourceId: string,
  kind: 'full' | 'changes',
): Promise<void> {
  const now = sql<Date>`app.now()`;
  await tx
    .updateTable('app.knowledge_source')
    .set({
      reading: 'done',
      cursor: null,
      touched_at: now,
      finished_at: now,
      watermark:
        kind === 'full'
          ? sql<string>`to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
          : sql<string>`coalesce(next_watermark, watermark)`,
      next_watermark: null,
      error_code: null,
      ...(kind === 'full' && { full_at: now }),
    })
    .where('id', '=', sourceId)
    .execute();
}

/** `again`: another try follows, and the reading stays open. */
export async function failReading(
  tx: WriteTransaction,
  sourceId: string,
  errorCode: string,
  again: boolean,
): Promise<void> {
  await tx
    .updateTable('app.knowledge_source')
    .set({
      error_code: errorCode,
      touched_at: sql<Date>`app.now()`,
      ...(!again && { reading: 'failed' as const }),
    })
    .where('id', '=', sourceId)
    .execute();
}

/** What was stored stays. False: nothing was being read. */
export async function cancelReading(tx: WriteTransaction, sourceId: string): Promise<boolean> {
  const done = await tx
    .updateTable('app.knowledge_source')
    .set({
      reading: 'cancelled',
      step: sql<number>`step + 1`,
      cursor: null,
      touched_at: sql<Date>`app.now()`,
    })
    .where('id', '=', sourceId)
    .where('reading', '=', 'running')
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

/** What is stored of these documents, by their id at the site. */
export async function readKnown(
  tx: ReadTransaction,
  sourceId: string,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, KnownDocument>> {
  if (externalIds.length === 0) return new Map();
  const rows = await tx
    .selectFrom('app.knowledge_document')
    .select(['id', 'external_id', 'document_version', 'seen_run', 'chunks', 'embedding_model'])
    .where('source_id', '=', sourceId)
    .where('external_id', 'in', [...externalIds])
    .where('generation', 'is not', null)
    .execute();
  return new Map(
    rows.map((row) => [
      row.external_id ?? '',
      {
        id: row.id,
        externalId: row.external_id ?? '',
        version: row.document_version,
        seenRun: row.seen_run,
        chunks: row.chunks,
        embeddingModel: row.embedding_model,
      },
    ]),
  );
}

/** The document's row to write chunks for, made when there is none; one that somebody else left half done is taken over. */
export async function holdLocated(
  tx: WriteTransaction,
  document: {
    readonly subscriptionId: string;
    readonly sourceId: string;
    /** Of a new one. */
    readonly id: string;
    readonly externalId: string;
    readonly url: string;
  },
): Promise<string> {
  const now = sql<Date>`app.now()`;
  const row = await tx
    .insertInto('app.knowledge_document')
    .values({
      subscription_id: document.subscriptionId,
      id: document.id,
      source_id: document.sourceId,
      external_id: document.externalId,
      url: document.url,
      writing_since: now,
      is_public: false,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['subscription_id', 'source_id', 'external_id']).doUpdateSet({ writing_since: now }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Notes that a reading met these documents; a version when the site named one and the text was the same. */
export async function markSeen(
  tx: WriteTransaction,
  sourceId: string,
  run: number,
  externalIds: readonly string[],
): Promise<void> {
  if (externalIds.length === 0) return;
  await tx
    .updateTable('app.knowledge_document')
    .set({ seen_run: run })
    .where('source_id', '=', sourceId)
    .where('external_id', 'in', [...externalIds])
    .execute();
}

/** The text was the same after all: nothing is written but how the site names it. */
export async function noteUnchanged(
  tx: WriteTransaction,
  documentId: string,
  noted: { readonly version: string; readonly url: string; readonly isPublic: boolean },
): Promise<void> {
  await tx
    .updateTable('app.knowledge_document')
    .set({ document_version: noted.version, url: noted.url, is_public: noted.isPublic })
    .where('id', '=', documentId)
    .execute();
}

/** Up to `most` documents of a source that this reading did not meet. */
export async function readUnmet(
  tx: ReadTransaction,
  sourceId: string,
  run: number,
  most: number,
): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('app.knowledge_document')
    .select('id')
    .where('source_id', '=', sourceId)
    .where('seen_run', '<', run)
    .orderBy('id')
    .limit(most)
    .execute();
  return rows.map(({ id }) => id);
}
