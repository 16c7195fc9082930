import { sql } from 'kysely';
import type { KnowledgeKind } from '../../../contract/knowledge.ts';
import type { ReadTransaction } from '../../../ports/database.ts';

/** Whose knowledge is searched: an AI agent's, or what is attached to the copilot. */
export type Scope = { readonly aiAgentId: string } | { readonly copilot: true };

/** A source of a scope; `settings` is sealed. */
export interface ScopeSource {
  readonly id: string;
  readonly kind: KnowledgeKind;
  readonly internal: boolean;
  readonly version: string;
  readonly settings: string;
}

/** A chunk with sealed text and title. */
export interface SealedChunk {
  readonly id: string;
  readonly sourceId: string;
  readonly documentId: string;
  readonly page: number | null;
  readonly content: string;
  readonly title: string;
}

/** A vector's neighbour; `externalId` is the page's or article's where it stands elsewhere, of a file only a mark. */
export interface NearChunk {
  readonly id: string;
  readonly sourceId: string;
  readonly externalId: string | null;
  readonly hash: string;
  /** Cosine, -1 to 1. */
  readonly likeness: number;
}

/** The sources of a scope with their versions: few rows, read before each search. */
export async function readScope(tx: ReadTransaction, scope: Scope): Promise<readonly ScopeSource[]> {
  const query = tx
    .selectFrom('app.knowledge_source')
    .select(['id', 'kind', 'internal', 'version', 'settings'])
    .orderBy('id');
  return (
    'copilot' in scope
      ? query.where('in_copilot', '=', true)
      : query.where('ai_agent_id', '=', scope.aiAgentId)
  ).execute();
}

/** Sealed chunks that are found in these sources, after an id. */
export async function readSealedChunks(
  tx: ReadTransaction,
  subscriptionId: string,
  options: { readonly sourceIds: readonly string[]; readonly after: string; readonly limit: number },
): Promise<readonly SealedChunk[]> {
  const query = sql<{
    id: string;
    source_id: string;
    document_id: string;
    page: number | null;
    content: string;
    title: string;
  }>`
    select chunk.id, chunk.source_id, chunk.document_id, chunk.page, chunk.content, document.title
    from app.knowledge_chunk chunk
    join app.knowledge_document document on document.subscription_id = chunk.subscription_id
      and document.id = chunk.document_id and document.generation = chunk.generation
    where chunk.subscription_id = ${subscriptionId} and chunk.source_id = any(${[...options.sourceIds]}::uuid[])
      and chunk.id > ${options.after} and chunk.content is not null and document.title is not null
    order by chunk.id limit ${options.limit}`;
  return (await query.execute(tx)).rows.map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    documentId: row.document_id,
    page: row.page,
    content: row.content,
    title: row.title,
  }));
}

/** What the nearest are looked for with. */
export interface NearQuery {
  readonly sourceIds: readonly string[];
  readonly modelId: string;
  /** As `packedVector` or `vectorText` writes it. */
  readonly vector: Buffer | string;
  readonly limit: number;
  /** Sources whose documents count only where anybody may read them. */
  readonly publicOnly: readonly string[];
}

interface NearRow {
  readonly id: string;
  readonly source_id: string;
  readonly external_id: string | null;
  readonly hash: string;
  readonly far: number | null;
}

/**
 * The chunks nearest to a vector, nearest first: every vector of the sources is compared, so that rows returned are always
 * min(limit, vectors there are). Which of them may be shown is asked of the nearest alone; only when one may not, because
 * its text was replaced, its vector is of another model or its article has become internal, all are asked.
 */
export async function findNearest(tx: ReadTransaction, wanted: NearQuery): Promise<readonly NearChunk[]> {
  const { sourceIds, modelId, vector, limit, publicOnly } = wanted;
  const query = sql<NearRow & { is_found: boolean }>`
    select * from app.nearest_chunks(${[...sourceIds]}, ${modelId}, ${vector}, ${[...publicOnly]}, ${limit})`;
  const { rows } = await query.execute(tx);
  return (rows.every((row) => row.is_found) ? rows : await findNearestShown(tx, wanted)).map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    externalId: row.external_id,
    hash: row.hash,
    likeness: -Number(row.far),
  }));
}

/** The same where some chunks must not be shown. */
async function findNearestShown(
  tx: ReadTransaction,
  { sourceIds, modelId, vector, limit, publicOnly }: NearQuery,
): Promise<readonly NearRow[]> {
  const query = sql<NearRow>`
    select chunk.id, chunk.source_id, document.external_id, chunk.hash,
      (chunk.embedding <#> ${vector}::halfvec(768)) + 0 as far
    from app.knowledge_chunk chunk
    join app.knowledge_document document on document.subscription_id = chunk.subscription_id
      and document.id = chunk.document_id and document.generation = chunk.generation
    where chunk.source_id = any(${[...sourceIds]}::uuid[]) and document.source_id = any(${[...sourceIds]}::uuid[])
      and chunk.embedding_model = ${modelId}
      and (document.is_public or chunk.source_id <> all(${[...publicOnly]}::uuid[]))
    order by far, chunk.id limit ${limit}`;
  return (await query.execute(tx)).rows;
}

/** External ids of the documents of a source that are found, in a steady order. */
export async function readExternalIds(
  tx: ReadTransaction,
  sourceId: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('app.knowledge_document')
    .select('external_id')
    .where('source_id', '=', sourceId)
    .where('chunks', '>', 0)
    .where('external_id', 'is not', null)
    .orderBy('external_id')
    .limit(limit)
    .execute();
  return rows.flatMap(({ external_id: id }) => (id === null ? [] : [id]));
}
