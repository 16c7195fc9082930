import { ProblemError } from '../../kernel/problem-error.ts';
import type { Transient } from '../../kernel/transient.ts';
import type { KnowledgeDocument } from '../../kernel/document-blocks.ts';
import type { Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import type { ContentBox } from '../../ports/content-box.ts';
import { knowledgeBinding } from './bindings.ts';
import { chunkDocument, type Chunk } from './chunking/chunk-document.ts';
import { renderDocument } from './chunking/render-document.ts';
import {
  beginGeneration,
  chunksOfOthers,
  deleteGeneration,
  deleteOlderChunks,
  endWriting,
  flipGeneration,
  insertChunks,
  type ChunkRow,
  type Taken,
  type Writing,
} from './document-queries.ts';
import { lockKnowledge } from './source-queries.ts';
import { writeChunk } from './stored-chunk.ts';
import { vectorText } from './vectors.ts';

export type StoreCall = Call<'database' | 'contentBox' | 'embedder' | 'ids'>;

/** Rows a transaction inserts or deletes. */
export const batchRows = 100;

/** What is stored of a document. */
export interface DocumentToStore {
  readonly sourceId: string;
  /** Of a document that is there, or made in the transaction that begins. */
  readonly documentId: string | ((tx: WriteTransaction) => Promise<string>);
  readonly document: Transient<KnowledgeDocument>;
  readonly chunks: Transient<readonly Chunk[]>;
  /** Of `hashOf`. */
  readonly hash: string;
  /** Sealed text is stored beside the vectors; otherwise vectors are made at once, for want of the text later. */
  readonly keepsText: boolean;
  readonly mostChunks: number;
  /** Who may be told in the log of decisions. */
  readonly permission: string;
  readonly noted: Pick<Taken, 'accountId' | 'isPublic' | 'title' | 'typed' | 'url' | 'version'>;
}

/** The chunks of a document. */
export const chunksOf = (document: Transient<KnowledgeDocument>): Transient<readonly Chunk[]> =>
  document.map(chunkDocument);

/** A keyed hash of title and text of a document. */
export const hashOf = (
  contentBox: ContentBox,
  subscriptionId: string,
  document: Transient<KnowledgeDocument>,
): string =>
  contentBox.mark(
    document.map((one) => `${one.title}\n${renderDocument(one)}`),
    subscriptionId,
  );

/**
 * Writes the chunks of a document under a new generation, in transactions of at most 100 rows, then lets the document point
 * to it and deletes the old ones. Until the pointer moves the old ones are found; after an error they still are. Throws
 * `knowledge-full` and, when the document was deleted or written by another meanwhile, `conflict`.
 */
export async function storeDocument(call: StoreCall, stored: DocumentToStore): Promise<void> {
  const { database } = call.ports;
  const { sourceId, chunks, permission } = stored;
  const count = chunks.measure((list) => list.length);
  const begun = await database.write(
    call,
    { permission, audit: { action: 'knowledge.storing', target: sourceId, facts: { chunks: count } } },
    async (tx) => {
      await lockKnowledge(tx);
      const id = typeof stored.documentId === 'string' ? stored.documentId : await stored.documentId(tx);
      // Nothing that was made for it stays.
      if ((await chunksOfOthers(tx, id)) + count > stored.mostChunks)
        throw new ProblemError('knowledge-full');
      const generation = await beginGeneration(tx, id, count);
      if (generation === undefined) throw new ProblemError('conflict');
      return { documentId: id, generation };
    },
  );
  const writing: Writing = {
    subscriptionId: call.subscriptionId,
    sourceId,
    ...begun,
  };
  try {
    for (let from = 0; from < count; from += batchRows)
      await storeBatch(call, stored, writing, { from, to: Math.min(from + batchRows, count) });
    call.signal.throwIfAborted();
    await flip(call, stored, writing, count);
  } catch (error) {
    await giveUp(call, permission, writing).catch(() => undefined);
    throw error;
  }
  if (begun.generation > 1) await cleanUp(call, permission, writing);
}

async function storeBatch(
  call: StoreCall,
  stored: DocumentToStore,
  writing: Writing,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  call.signal.throwIfAborted();
  const { database, contentBox, ids } = call.ports;
  const { subscriptionId } = call;
  const batch = stored.chunks.map((chunks) => chunks.slice(from, to));
  const vectors = stored.keepsText ? undefined : await vectorsOf(call, batch);
  const rows = await Promise.all(
    Array.from({ length: to - from }, async (_, at): Promise<ChunkRow> => {
      const chunk = batch.map((chunks) => chunks[at] as Chunk);
      const id = ids.next();
      const page = chunk.measure((one) => one.page ?? 0);
      const content = chunk.map(writeChunk);
      return {
        id,
        ordinal: from + at,
        page: page === 0 ? null : page,
        start: chunk.measure(({ start }) => start),
        end: chunk.measure(({ end }) => end),
        hash: contentBox.mark(
          chunk.map(({ searchText }) => searchText),
          subscriptionId,
        ),
        content: stored.keepsText
          ? await contentBox.seal(content, knowledgeBinding.content(subscriptionId, id))
          : null,
        embedding: vectors?.texts[at] ?? null,
        embeddingModel: vectors?.model ?? null,
      };
    }),
  );
  const isHeld = await database.write(
    call,
    {
      permission: stored.permission,
      audit: {
        action: 'knowledge.chunks-stored',
        target: writing.documentId,
        facts: { chunks: rows.length },
      },
    },
    (tx) => insertChunks(tx, writing, rows),
  );
  if (!isHeld) throw new ProblemError('conflict');
}

/** Undefined without a model: the text is then found by the site's own search only. */
async function vectorsOf(
  call: StoreCall,
  chunks: Transient<readonly Chunk[]>,
): Promise<{ readonly model: string; readonly texts: readonly string[] } | undefined> {
  const { embedder } = call.ports;
  const { model } = embedder;
  if (model === undefined) return undefined;
  try {
    const vectors = await embedder.embed(
      chunks.map((list) => list.map(({ searchText }) => searchText)),
      'passage',
      call.signal,
    );
    // Replaced while it worked: whose vectors these are nobody knows.
    return embedder.model?.id === model.id ? { model: model.id, texts: vectors.map(vectorText) } : undefined;
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'embedding-unavailable') return undefined;
    throw error;
  }
}

async function flip(
  call: StoreCall,
  { document, hash, noted, permission }: DocumentToStore,
  writing: Writing,
  count: number,
): Promise<void> {
  const characters = document.measure((one) => renderDocument(one).length);
  const isFlipped = await call.ports.database.write(
    call,
    {
      permission,
      audit: { action: 'knowledge.document-stored', target: writing.documentId, facts: { chunks: count } },
    },
    async (tx) => {
      const isFlipped = await flipGeneration(tx, writing, { chunks: count, characters, hash, ...noted });
      // The first one has nothing to clean up.
      if (isFlipped && writing.generation === 1) await endWriting(tx, writing);
      return isFlipped;
    },
  );
  if (!isFlipped) throw new ProblemError('conflict');
}

/** What fails here is left to the sweep. */
async function cleanUp(call: StoreCall, permission: string, writing: Writing): Promise<void> {
  const { database } = call.ports;
  const decision = {
    permission,
    audit: { action: 'knowledge.old-removed', target: writing.documentId },
  } as const;
  for (let gone = batchRows; gone >= batchRows;)
    gone = await database.write(call, decision, (tx) => deleteOlderChunks(tx, writing, batchRows));
  await database.write(call, decision, (tx) => endWriting(tx, writing));
}

async function giveUp(call: StoreCall, permission: string, writing: Writing): Promise<void> {
  const { database } = call.ports;
  const decision = {
    permission,
    audit: { action: 'knowledge.given-up', target: writing.documentId, outcome: 'failed' },
  } as const;
  for (let gone = batchRows; gone >= batchRows;)
    gone = await database.write(call, decision, (tx) => deleteGeneration(tx, writing, batchRows));
  await database.write(call, decision, (tx) => endWriting(tx, writing));
}
