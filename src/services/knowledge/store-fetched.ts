import { knowledgeLimits } from '../../contract/knowledge.ts';
import type { Fetched } from '../../ports/knowledge-base.ts';
import { Transient } from '../../kernel/transient.ts';
import { readHash } from './file-queries.ts';
import { holdLocated, noteUnchanged, type KnownDocument } from './reading-queries.ts';
import type { Reading } from './read-source.ts';
import { chunksOf, hashOf, storeDocument } from './store-document.ts';

type Found = Extract<Fetched, { readonly state: 'found' }>;

/**
 * Stores where a document's pieces are, with their vectors: what was fetched goes no further than memory. An article that not
 * everybody may read has no pieces for an AI agent. False: it has not changed.
 */
export async function storeFetched(
  { call, source }: Pick<Reading, 'call' | 'source'>,
  found: Found,
  known: KnownDocument | undefined,
): Promise<boolean> {
  const { database, contentBox, embedder, ids } = call.ports;
  const { subscriptionId } = call;
  const { externalId, url, version, public: isPublic, document } = found;
  const isWithheld = source.ai_agent_id !== null && source.kind === 'help-center' && !isPublic;
  const hash = isWithheld
    ? contentBox.mark(Transient.of('withheld'), subscriptionId)
    : hashOf(contentBox, subscriptionId, document);
  const modelId = embedder.model?.id;
  const hasVectors =
    known !== undefined && (modelId === undefined || known.chunks === 0 || known.embeddingModel === modelId);
  const decision = { permission: 'system', audit: { action: 'knowledge.document-met' } } as const;
  if (hasVectors && (await database.read(call, (tx) => readHash(tx, known.id))) === hash) {
    await database.write(call, decision, (tx) => noteUnchanged(tx, known.id, { version, url, isPublic }));
    return false;
  }
  await storeDocument(call, {
    sourceId: source.id,
    documentId: (tx) =>
      holdLocated(tx, { subscriptionId, sourceId: source.id, id: ids.next(), externalId, url }),
    document,
    chunks: isWithheld ? Transient.of([]) : chunksOf(document),
    hash,
    keepsText: false,
    mostChunks: knowledgeLimits.locatedChunks,
    permission: 'system',
    noted: { accountId: null, isPublic, url, version },
  });
  return true;
}
