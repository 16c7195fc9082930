import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** A chunk to be stored; `embedding` as pgvector writes it. */
export interface ChunkRow {
  readonly id: string;
  readonly ordinal: number;
  readonly page: number | null;
  readonly start: number;
  readonly end: number;
  readonly hash: string;
  /** Sealed; null for what is read from elsewhere. */
  readonly content: string | null;
  readonly embedding: string | null;
  readonly embeddingModel: string | null;
}

/** A document somebody writes chunks for. */
export interface Writing {
  readonly subscriptionId: string;
  readonly sourceId: string;
  readonly documentId: string;
  readonly generation: number;
}

/** Chunks of everything else that counts against the same limit, written or being written. */
export async function chunksOfOthers(tx: WriteTransaction, documentId: string): Promise<number> {
  const query = sql<{ chunks: string }>`
    with own as (
      select source.id, source.kind, source.ai_agent_id from app.knowledge_document document
      join app.knowledge_source source on source.subscription_id = document.subscription_id
        and source.id = document.source_id
      where document.id = ${documentId}
    )
    select coalesce(sum(greatest(other.chunks, other.reserved)), 0) as chunks
    from own, app.knowledge_document other
    join app.knowledge_source source on source.subscription_id = other.subscription_id and source.id = other.source_id
    where other.id <> ${documentId}
      and case when own.kind in ('files', 'snippets')
        then source.kind in ('files', 'snippets') and source.ai_agent_id is not distinct from own.ai_agent_id
        else source.id = own.id end`;
  return Number((await query.execute(tx)).rows[0]?.chunks ?? 0);
}

/** Reserves room for a new generation of chunks; call it after `lockKnowledge`. Undefined: there is no such document. */
export async function beginGeneration(
  tx: WriteTransaction,
  documentId: string,
  chunks: number,
): Promise<number | undefined> {
  const row = await tx
    .updateTable('app.knowledge_document')
    .set({
      last_generation: sql<number>`last_generation + 1`,
      reserved: chunks,
      writing_since: sql<Date>`app.now()`,
    })
    .where('id', '=', documentId)
    .returning('last_generation')
    .executeTakeFirst();
  return row?.last_generation;
}

/**
 * Inserts chunks and notes that the writing goes on. A chunk that was there before keeps its vector, unless it brings one.
 * False: another has begun to write this document, or it was deleted.
 */
export async function insertChunks(
  tx: WriteTransaction,
  writing: Writing,
  chunks: readonly ChunkRow[],
): Promise<boolean> {
  const { subscriptionId, sourceId, documentId, generation } = writing;
  const held = await tx
    .updateTable('app.knowledge_document')
    .set({ writing_since: sql<Date>`app.now()` })
    .where('id', '=', documentId)
    .where('last_generation', '=', generation)
    .returning('generation')
    .executeTakeFirst();
  if (held === undefined) return false;
  const column = <T>(pick: (chunk: ChunkRow) => T): T[] => chunks.map(pick);
  await sql`
    with old as materialized (
      select distinct on (hash) hash, embedding, embedding_model from app.knowledge_chunk
      where document_id = ${documentId} and generation = ${held.generation}
        and hash = any(${column(({ hash }) => hash)}::text[]) and embedding is not null
    )
    insert into app.knowledge_chunk (subscription_id, id, source_id, document_id, generation, ordinal, page,
      range_start, range_end, hash, content, embedding, embedding_model)
    select ${subscriptionId}, fresh.id, ${sourceId}, ${documentId}, ${generation}, fresh.ordinal, fresh.page,
      fresh.range_start, fresh.range_end, fresh.hash, fresh.content,
      coalesce(fresh.embedding::halfvec(768), old.embedding),
      case when fresh.embedding is null then old.embedding_model else fresh.embedding_model end
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ ordinal }) => ordinal)}::integer[],
      ${column(({ page }) => page)}::integer[], ${column(({ start }) => start)}::integer[],
      ${column(({ end }) => end)}::integer[], ${column(({ hash }) => hash)}::text[],
      ${column(({ content }) => content)}::text[], ${column(({ embedding }) => embedding)}::text[],
      ${column(({ embeddingModel }) => embeddingModel)}::text[])
      as fresh (id, ordinal, page, range_start, range_end, hash, content, embedding, embedding_model)
    left join old on old.hash = fresh.hash`.execute(tx);
  return true;
}

/** What is noted of a document when its new chunks take the place of the old ones. */
export interface Taken {
  readonly chunks: number;
  readonly characters: number;
  readonly hash: string;
  readonly accountId: string | null;
  /** Sealed. */
  readonly title?: string;
  readonly typed?: string;
  readonly url?: string;
  readonly version?: string;
  readonly isPublic: boolean;
}

/** The pointer: from the end of this transaction on, the new chunks are found and no others. False: a newer generation is. */
export async function flipGeneration(tx: WriteTransaction, writing: Writing, taken: Taken): Promise<boolean> {
  const { subscriptionId, sourceId, documentId, generation } = writing;
  const { title, typed, url, version } = taken;
  // In the order every writer takes: source, then document.
  await sql`select id from app.knowledge_source where id = ${sourceId} for no key update`.execute(tx);
  const models = sql`
    select case when count(distinct embedding_model) = 1 and count(*) = count(embedding_model)
      then min(embedding_model) end
    from app.knowledge_chunk where subscription_id = ${subscriptionId} and document_id = ${documentId}
      and generation = ${generation}`;
  const flipped = await tx
    .updateTable('app.knowledge_document')
    .set({
      generation,
      chunks: taken.chunks,
      reserved: 0,
      characters: taken.characters,
      hash: taken.hash,
      is_public: taken.isPublic,
      account_id: taken.accountId,
      embedding_model: sql<string | null>`(${models})`,
      updated_at: sql<Date>`app.now()`,
      ...(title !== undefined && { title }),
      ...(typed !== undefined && { typed }),
      ...(url !== undefined && { url }),
      ...(version !== undefined && { document_version: version }),
    })
    .where('id', '=', documentId)
    .where((eb) => eb.or([eb('generation', 'is', null), eb('generation', '<', generation)]))
    .returning(['embedding_model'])
    .executeTakeFirst();
  if (flipped === undefined) return false;
  await tx
    .updateTable('app.knowledge_source')
    .set({
      version: sql<string>`version + 1`,
      ...(taken.chunks > 0 && {
        embedding_model: sql<
          string | null
        >`case when embedding_model = ${flipped.embedding_model} then embedding_model end`,
      }),
    })
    .where('id', '=', sourceId)
    .execute();
  return true;
}

/** Deletes up to `most` chunks that were found before this generation; returns how many. */
export async function deleteOlderChunks(
  tx: WriteTransaction,
  { documentId, generation }: Pick<Writing, 'documentId' | 'generation'>,
  most: number,
): Promise<number> {
  const query = sql`
    delete from app.knowledge_chunk where ctid = any (array(
      select ctid from app.knowledge_chunk
      where document_id = ${documentId} and generation < ${generation} limit ${most}))`;
  return Number((await query.execute(tx)).numAffectedRows ?? 0n);
}

/** Deletes up to `most` chunks of a writing that was given up; returns how many. */
export async function deleteGeneration(
  tx: WriteTransaction,
  { documentId, generation }: Pick<Writing, 'documentId' | 'generation'>,
  most: number,
): Promise<number> {
  const query = sql`
    delete from app.knowledge_chunk where ctid = any (array(
      select ctid from app.knowledge_chunk
      where document_id = ${documentId} and generation = ${generation} limit ${most}))`;
  return Number((await query.execute(tx)).numAffectedRows ?? 0n);
}

/** Deletes up to `most` chunks of a document that are not found; returns how many. */
export async function deleteUnfoundChunks(
  tx: WriteTransaction,
  documentId: string,
  most: number,
): Promise<number> {
  const query = sql`
    delete from app.knowledge_chunk where ctid = any (array(
      select chunk.ctid from app.knowledge_chunk chunk
      join app.knowledge_document document on document.subscription_id = chunk.subscription_id
        and document.id = chunk.document_id
      where document.id = ${documentId} and chunk.generation is distinct from document.generation limit ${most}))`;
  return Number((await query.execute(tx)).numAffectedRows ?? 0n);
}

/** Nobody writes this document any more, unless another has begun. One that never had chunks to be found goes. */
export async function endWriting(
  tx: WriteTransaction,
  { documentId, generation }: { readonly documentId: string; readonly generation?: number },
): Promise<void> {
  await sql`
    delete from app.knowledge_document where id = ${documentId} and generation is null
      and (${generation ?? null}::integer is null or last_generation = ${generation ?? null})`.execute(tx);
  await sql`
    update app.knowledge_document document set writing_since = null, reserved = 0 where id = ${documentId}
      and not exists (select from app.knowledge_chunk chunk
        where chunk.subscription_id = document.subscription_id and chunk.document_id = document.id
          and chunk.generation is distinct from document.generation)
      and (${generation ?? null}::integer is null or last_generation = ${generation ?? null})`.execute(tx);
}

/** Whether a writer left it half done longer ago than that. */
export async function isLeftBehind(
  tx: WriteTransaction,
  documentId: string,
  minutes: number,
): Promise<boolean> {
  const query = sql`
    select id from app.knowledge_document
    where id = ${documentId} and writing_since < app.now() - make_interval(mins => ${minutes}) for update`;
  return (await query.execute(tx)).rows.length === 1;
}

/** Deletes a document with its chunks and what is found of it. False: there is none in that source. */
export async function deleteDocument(
  tx: WriteTransaction,
  sourceId: string,
  documentId: string,
): Promise<boolean> {
  await sql`select id from app.knowledge_source where id = ${sourceId} for no key update`.execute(tx);
  const gone = await tx
    .deleteFrom('app.knowledge_document')
    .where('source_id', '=', sourceId)
    .where('id', '=', documentId)
    .executeTakeFirst();
  if (gone.numDeletedRows === 0n) return false;
  await tx
    .updateTable('app.knowledge_source')
    .set({ version: sql<string>`version + 1` })
    .where('id', '=', sourceId)
    .execute();
  return true;
}

/** Chunks of a generation that are stored already, by document. */
export async function countWritten(
  tx: ReadTransaction,
  documentIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (documentIds.length === 0) return new Map();
  const query = sql<{ id: string; count: string }>`
    select document.id, count(chunk.id) as count from app.knowledge_document document
    left join app.knowledge_chunk chunk on chunk.subscription_id = document.subscription_id
      and chunk.document_id = document.id and chunk.generation = document.last_generation
    where document.id = any(${[...documentIds]}::uuid[]) group by document.id`;
  return new Map((await query.execute(tx)).rows.map(({ id, count }) => [id, Number(count)]));
}
