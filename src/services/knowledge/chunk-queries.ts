import { sql, type RawBuilder } from 'kysely';
import type { KnowledgeKind } from '../../contract/knowledge.ts';
import type { ReadTransaction } from '../../ports/database.ts';
import { vectorText } from './vectors.ts';

/** Whose knowledge is searched. */
export type KnowledgeScope = { readonly aiAgentId: string } | { readonly copilot: true };

/** A source of a scope; `settings` is sealed. */
export interface ScopeSource {
  readonly id: string;
  readonly kind: KnowledgeKind;
  readonly aiAgentId: string | null;
  readonly internal: boolean;
  readonly settings: string;
}

/** A chunk of a file or snippet as it is stored; `content` is sealed, to be read by `readChunk`. */
export interface SealedChunk {
  readonly id: string;
  readonly sourceId: string;
  readonly documentId: string;
  readonly ordinal: number;
  readonly page: number | null;
  readonly content: string;
}

/** A chunk found by its vector. Of a file or snippet `content` is sealed text; of all else it is null and `externalId` fetches it. */
export interface NearChunk {
  readonly id: string;
  readonly sourceId: string;
  readonly documentId: string;
  readonly ordinal: number;
  readonly page: number | null;
  readonly start: number;
  readonly end: number;
  /** As `ContentBox.mark` makes it of a chunk's `searchText`: finds the chunk again in a text fetched anew. */
  readonly hash: string;
  readonly content: string | null;
  /** Sealed. */
  readonly title: string | null;
  readonly externalId: string | null;
  readonly url: string | null;
  readonly isPublic: boolean;
  /** Cosine, from -1 to 1. */
  readonly similarity: number;
}

const inScope = (scope: KnowledgeScope): RawBuilder<boolean> =>
  'copilot' in scope
    ? sql<boolean>`source.in_copilot`
    : sql<boolean>`source.ai_agent_id = ${scope.aiAgentId}`;

/** The sources of a scope, and a version: what is kept of its chunks in memory is up to date while that stays the same. */
export async function readScope(
  tx: ReadTransaction,
  scope: KnowledgeScope,
): Promise<{ readonly version: string; readonly sources: readonly ScopeSource[] }> {
  const query = sql<ScopeSource & { version: string }>`
    select source.id, source.kind, source.ai_agent_id as "aiAgentId", source.internal, source.settings, source.version
    from app.knowledge_source source where ${inScope(scope)} order by source.id`;
  const { rows } = await query.execute(tx);
  return {
    version: rows.map(({ id, version }) => `${id}:${version}`).join(' '),
    sources: rows,
  };
}

/** The version alone: a few rows. */
export async function readScopeVersion(tx: ReadTransaction, scope: KnowledgeScope): Promise<string> {
  const query = sql<{ version: string | null }>`
    select string_agg(source.id || ':' || source.version, ' ' order by source.id) as version
    from app.knowledge_source source where ${inScope(scope)}`;
  return (await query.execute(tx)).rows[0]?.version ?? '';
}

/** Chunks of files and snippets that are found in a scope, in the order of their ids; the next part begins after the last id. */
export async function readSealedChunks(
  tx: ReadTransaction,
  scope: KnowledgeScope,
  part: { readonly after: string | null; readonly limit: number },
): Promise<readonly SealedChunk[]> {
  const query = sql<SealedChunk>`
    select chunk.id, chunk.source_id as "sourceId", chunk.document_id as "documentId", chunk.ordinal, chunk.page,
      chunk.content
    from app.knowledge_source source
    join app.knowledge_chunk chunk on chunk.subscription_id = source.subscription_id and chunk.source_id = source.id
    join app.knowledge_document document on document.subscription_id = chunk.subscription_id
      and document.id = chunk.document_id and document.generation = chunk.generation
    where ${inScope(scope)} and chunk.content is not null
      and (${part.after}::uuid is null or chunk.id > ${part.after}::uuid)
    order by chunk.id limit ${part.limit}`;
  return (await query.execute(tx)).rows;
}

/**
 * The chunks of some sources whose vectors are nearest to a query's, best first: exact, and as many as asked for where there
 * are as many. Only vectors of this model are compared. The tenant and the sources come first: an index over all vectors
 * would be filtered afterwards and give nothing to a small tenant.
 */
export async function nearestChunks(
  tx: ReadTransaction,
  wanted: {
    readonly subscriptionId: string;
    readonly sourceIds: readonly string[];
    readonly modelId: string;
    readonly vector: Float32Array;
    readonly limit: number;
  },
): Promise<readonly NearChunk[]> {
  const { subscriptionId, sourceIds, modelId, vector, limit } = wanted;
  if (sourceIds.length === 0) return [];
  const query = sql<NearChunk>`
    with mine as materialized (
      select chunk.id, chunk.embedding <#> ${vectorText(vector)}::halfvec(768) as distance
      from app.knowledge_chunk chunk
      join app.knowledge_document document on document.subscription_id = chunk.subscription_id
        and document.id = chunk.document_id and document.generation = chunk.generation
      where chunk.subscription_id = ${subscriptionId} and chunk.source_id = any(${[...sourceIds]}::uuid[])
        and document.subscription_id = ${subscriptionId} and document.source_id = any(${[...sourceIds]}::uuid[])
        and chunk.embedding_model = ${modelId}
    ), nearest as materialized (
      select id, distance from mine order by distance, id limit ${limit}
    )
    select chunk.id, chunk.source_id as "sourceId", chunk.document_id as "documentId", chunk.ordinal, chunk.page,
      chunk.range_start as start, chunk.range_end as end, chunk.hash, chunk.content, document.title,
      document.external_id as "externalId", document.url, document.is_public as "isPublic",
      -nearest.distance as similarity
    from nearest
    join app.knowledge_chunk chunk on chunk.subscription_id = ${subscriptionId} and chunk.id = nearest.id
    join app.knowledge_document document on document.subscription_id = ${subscriptionId}
      and document.id = chunk.document_id
    order by nearest.distance, nearest.id`;
  return (await query.execute(tx)).rows;
}
