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

/** A vector's neighbour; a located one has the external id of its document. */
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

/**
 * The chunks nearest to a vector, nearest first: every vector of the sources is compared, tenant first, so that rows returned
 * are always min(limit, vectors there are). The tenant stands in the query too: behind row-level security alone an index
 * over all tenants would be asked first and most of what it gives filtered away.
 */
export async function findNearest(
  tx: ReadTransaction,
  subscriptionId: string,
  options: {
    readonly sourceIds: readonly string[];
    readonly modelId: string;
    /** As `vectorText` writes it. */
    readonly vector: string;
    readonly limit: number;
    readonly publicOnly: boolean;
  },
): Promise<readonly NearChunk[]> {
  const { sourceIds, modelId, vector, limit, publicOnly } = options;
  const query = sql<{ id: string; source_id: string; external_id: string | null; hash: string; far: number }>`
    with near as materialized (
      select chunk.id, chunk.source_id, chunk.document_id, chunk.hash,
        -- The sum keeps any index over vectors out: it would leave rows of others in the place of ours.
        (chunk.embedding <#> ${vector}::halfvec(768)) + 0 as far
      from app.knowledge_chunk chunk
      where chunk.subscription_id = ${subscriptionId} and chunk.source_id = any(${[...sourceIds]}::uuid[])
        and chunk.embedding_model = ${modelId}
        and (chunk.document_id, chunk.generation) in (
          select document.id, document.generation from app.knowledge_document document
          join app.knowledge_source source on source.subscription_id = document.subscription_id
            and source.id = document.source_id
          where document.subscription_id = ${subscriptionId} and document.source_id = any(${[...sourceIds]}::uuid[])
            and (not ${publicOnly}::boolean or source.kind <> 'help-center' or document.is_public))
      order by far, chunk.id limit ${limit}
    )
    select near.id, near.source_id, near.hash, near.far,
      case when source.kind in ('confluence', 'help-center', 'web') then document.external_id end as external_id
    from near
    join app.knowledge_document document on document.subscription_id = ${subscriptionId}
      and document.id = near.document_id
    join app.knowledge_source source on source.subscription_id = ${subscriptionId} and source.id = near.source_id
    order by near.far, near.id`;
  return (await query.execute(tx)).rows.map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    externalId: row.external_id,
    hash: row.hash,
    likeness: -Number(row.far),
  }));
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
