import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** Chunks after an id that are found, have text and no vector of this model. */
export async function readUnembedded(
  tx: ReadTransaction,
  sourceId: string,
  options: { readonly modelId: string; readonly after: string; readonly limit: number },
): Promise<readonly { readonly id: string; readonly content: string }[]> {
  const query = sql<{ id: string; content: string }>`
    select chunk.id, chunk.content from app.knowledge_chunk chunk
    join app.knowledge_document document on document.subscription_id = chunk.subscription_id
      and document.id = chunk.document_id and document.generation = chunk.generation
    where chunk.source_id = ${sourceId} and chunk.id > ${options.after} and chunk.content is not null
      and chunk.embedding_model is distinct from ${options.modelId}
    order by chunk.id limit ${options.limit}`;
  return (await query.execute(tx)).rows;
}

/** Stores vectors; of a chunk that has gone meanwhile nothing. */
export async function storeEmbeddings(
  tx: WriteTransaction,
  modelId: string,
  vectors: readonly { readonly id: string; readonly embedding: string }[],
): Promise<void> {
  await sql`
    update app.knowledge_chunk chunk set embedding = fresh.embedding::halfvec(768), embedding_model = ${modelId}
    from unnest(${vectors.map(({ id }) => id)}::uuid[], ${vectors.map(({ embedding }) => embedding)}::text[])
      as fresh (id, embedding)
    where chunk.id = fresh.id`.execute(tx);
}

/** Notes of documents and source that all of their vectors are of this model, where it is so. True: of the whole source. */
export async function settleModel(tx: WriteTransaction, sourceId: string, modelId: string): Promise<boolean> {
  await sql`select id from app.knowledge_source where id = ${sourceId} for no key update`.execute(tx);
  await sql`
    update app.knowledge_document document set embedding_model = ${modelId}
    where document.source_id = ${sourceId} and document.chunks > 0
      and document.embedding_model is distinct from ${modelId}
      and not exists (select from app.knowledge_chunk chunk
        where chunk.subscription_id = document.subscription_id and chunk.document_id = document.id
          and chunk.generation = document.generation and chunk.embedding_model is distinct from ${modelId})`.execute(
    tx,
  );
  const settled = await sql`
    update app.knowledge_source source set embedding_model = ${modelId}
    where source.id = ${sourceId} and not exists (select from app.knowledge_document document
      where document.subscription_id = source.subscription_id and document.source_id = source.id
        and document.chunks > 0 and document.embedding_model is distinct from ${modelId})`.execute(tx);
  return settled.numAffectedRows === 1n;
}
