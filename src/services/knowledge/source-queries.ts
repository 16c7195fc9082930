import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { KnowledgeKind } from '../../contract/knowledge.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import type { KnowledgeTables } from '../../ports/schema/knowledge.ts';

/** A source as it is stored; `settings` is sealed. */
export type SourceRow = Selectable<KnowledgeTables['app.knowledge_source']>;

/** What can be found in a source now. */
export interface SourceCounts {
  readonly sourceId: string;
  readonly documents: number;
  readonly chunks: number;
  /** Chunks with a vector of the model asked for. */
  readonly embedded: number;
}

export async function readSources(tx: ReadTransaction): Promise<readonly SourceRow[]> {
  return tx.selectFrom('app.knowledge_source').selectAll().orderBy('created_at').orderBy('id').execute();
}

export async function readSource(tx: ReadTransaction, sourceId: string): Promise<SourceRow | undefined> {
  return tx.selectFrom('app.knowledge_source').selectAll().where('id', '=', sourceId).executeTakeFirst();
}

export async function hasAiAgent(tx: ReadTransaction, aiAgentId: string): Promise<boolean> {
  const row = await tx.selectFrom('app.ai_agent').select('id').where('id', '=', aiAgentId).executeTakeFirst();
  return row !== undefined;
}

/** Makes others who count and add wait: files, chunks and sources never go over their limits. */
export async function lockKnowledge(tx: WriteTransaction): Promise<void> {
  await sql`select id from app.subscription for no key update`.execute(tx);
}

export async function countSources(tx: WriteTransaction): Promise<number> {
  const row = await tx
    .selectFrom('app.knowledge_source')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Null while Confluence is not connected. */
export const connectedSite = sql<string | null>`(select site_url from app.confluence_connection)`;

export async function insertSource(
  tx: WriteTransaction,
  source: {
    readonly subscriptionId: string;
    readonly id: string;
    readonly aiAgentId: string | null;
    readonly inCopilot: boolean;
    readonly internal: boolean;
    readonly kind: KnowledgeKind;
    readonly settings: string;
  },
): Promise<void> {
  await tx
    .insertInto('app.knowledge_source')
    .values({
      subscription_id: source.subscriptionId,
      id: source.id,
      ai_agent_id: source.aiAgentId,
      in_copilot: source.inCopilot,
      internal: source.internal,
      kind: source.kind,
      settings: source.settings,
      site_url: source.kind === 'confluence' ? connectedSite : null,
      created_at: sql<Date>`app.now()`,
    })
    .execute();
}

/** `readAnew`: what is read has changed, so that all of it is read again. False: there is no such source. */
export async function updateSource(
  tx: WriteTransaction,
  sourceId: string,
  change: {
    readonly inCopilot: boolean;
    readonly internal: boolean;
    readonly settings: string;
    readonly readAnew: boolean;
  },
): Promise<boolean> {
  const { inCopilot, internal, settings, readAnew } = change;
  const done = await tx
    .updateTable('app.knowledge_source')
    .set({
      in_copilot: inCopilot,
      internal,
      settings,
      version: sql<string>`version + 1`,
      ...(readAnew && { full_at: null, watermark: null, cursor: null }),
    })
    .where('id', '=', sourceId)
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

/** From here on nothing is found in it and no job goes on with it. False: there is no such source. */
export async function closeSource(tx: WriteTransaction, sourceId: string): Promise<boolean> {
  const closed = await tx
    .updateTable('app.knowledge_source')
    .set({ version: sql<string>`version + 1`, step: sql<number>`step + 1`, reading: 'cancelled' })
    .where('id', '=', sourceId)
    .executeTakeFirst();
  await tx
    .updateTable('app.knowledge_document')
    .set({ generation: null, chunks: 0 })
    .where('source_id', '=', sourceId)
    .execute();
  return closed.numUpdatedRows === 1n;
}

/** Deletes up to `most` chunks of a source; returns how many. */
export async function deleteChunksOfSource(
  tx: WriteTransaction,
  sourceId: string,
  most: number,
): Promise<number> {
  const query = sql`
    delete from app.knowledge_chunk where ctid = any (array(
      select ctid from app.knowledge_chunk where source_id = ${sourceId} limit ${most}))`;
  return Number((await query.execute(tx)).numAffectedRows ?? 0n);
}

export async function deleteSource(tx: WriteTransaction, sourceId: string): Promise<void> {
  await tx.deleteFrom('app.knowledge_source').where('id', '=', sourceId).execute();
}

/** Of all sources, or of one. Vectors are counted chunk by chunk only where some are missing. */
export async function countKnowledge(
  tx: ReadTransaction,
  options: { readonly model: string | null; readonly sourceId?: string },
): Promise<readonly SourceCounts[]> {
  const { model, sourceId = null } = options;
  const query = sql<{ source_id: string; documents: string; chunks: string; embedded: string }>`
    select source.id as source_id, count(document.id) as documents, coalesce(sum(document.chunks), 0) as chunks,
      case when source.embedding_model = ${model} then coalesce(sum(document.chunks), 0)
        when ${model}::text is null then 0
        else (select count(*) from app.knowledge_chunk chunk
          join app.knowledge_document one on one.subscription_id = chunk.subscription_id
            and one.id = chunk.document_id and one.generation = chunk.generation
          where chunk.subscription_id = source.subscription_id and chunk.source_id = source.id
            and chunk.embedding_model = ${model}) end as embedded
    from app.knowledge_source source
    left join app.knowledge_document document on document.subscription_id = source.subscription_id
      and document.source_id = source.id and document.chunks > 0
    where ${sourceId}::uuid is null or source.id = ${sourceId}
    group by source.subscription_id, source.id`;
  return (await query.execute(tx)).rows.map((row) => ({
    sourceId: row.source_id,
    documents: Number(row.documents),
    chunks: Number(row.chunks),
    embedded: Number(row.embedded),
  }));
}
