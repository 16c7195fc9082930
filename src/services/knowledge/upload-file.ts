import { knowledgeLimits, type FileMetadata, type KnowledgeFileView } from '../../contract/knowledge.ts';
import { extractionRefusals } from '../../kernel/extraction-refusals.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import type { Extraction } from '../../ports/text-extractor.ts';
import { requireNoHold } from '../accounts/account-queries.ts';
import { unlessHeld } from '../subscriptions/record-hold.ts';
import { knowledgeBinding } from './bindings.ts';
import { deleteDocument, endWriting } from './document-queries.ts';
import { readHash, takePlace, updateMetadata } from './file-queries.ts';
import { showFile } from './list-files.ts';
import { hasDocument } from './snippet-queries.ts';
import { lockKnowledge, readSource } from './source-queries.ts';
import { chunksOf, hashOf, storeDocument } from './store-document.ts';

export type UploadCall = Call<
  'database' | 'contentBox' | 'secretBox' | 'textExtractor' | 'embedder' | 'ids' | 'jobs'
>;

/** A file on its way in. */
export interface IncomingFile {
  /** As the person named it. */
  readonly name: string;
  /** Reads what has not been read yet; called once, after a place was found. Throws for a file that is too large. */
  readonly bytes: () => Promise<Uint8Array>;
}

const permission = 'settings:write';
const decision = (action: `knowledge.${string}`, target: string) =>
  ({ permission, audit: { action, target } }) as const;

/**
 * Takes in a file: a place first, then its bytes, their text, sealed chunks. Nothing of a file that is refused stays. One of
 * the same name is replaced at the end, and kept when anything fails. Throws `not-found`, `knowledge-files-full`,
 * `file-refused` in plain words, `knowledge-full`, `conflict` while a file of that name is being stored.
 */
export async function uploadFile(
  call: UploadCall,
  sourceId: string,
  file: IncomingFile,
): Promise<KnowledgeFileView> {
  const documentId = await reserve(call, sourceId, file.name);
  try {
    const bytes = await file.bytes();
    call.signal.throwIfAborted();
    const extraction = await call.ports.textExtractor.extract({ name: file.name, bytes }, call.signal);
    if (extraction.kind === 'refused') throw refusal(extraction.reason);
    await storeText(call, sourceId, documentId, bytes.length, extraction);
  } catch (error) {
    await release(call, documentId).catch(() => undefined);
    throw error;
  }
  return showFile(call, sourceId, documentId);
}

const refusal = (reason: keyof typeof extractionRefusals): ProblemError => {
  const { title, wayOut } = extractionRefusals[reason];
  return new ProblemError('file-refused', { detail: `${title}. ${wayOut}` });
};

async function reserve(call: UploadCall, sourceId: string, name: string): Promise<string> {
  const { database, contentBox, ids } = call.ports;
  const { subscriptionId } = call;
  const source = await database.read(call, (tx) => readSource(tx, sourceId));
  if (source?.kind !== 'files') throw new ProblemError('not-found');
  const id = ids.next();
  const content = Transient.of(name.normalize('NFC'));
  const title = await contentBox.seal(content, knowledgeBinding.title(subscriptionId, id));
  const nameMark = contentBox.mark(content, subscriptionId);
  const taken = await database.write(call, decision('knowledge.upload-began', sourceId), async (tx) => {
    await lockKnowledge(tx);
    const metadata: FileMetadata = { format: 'txt', bytes: 0, textBytes: 0, pages: null };
    const owner = { subscriptionId, sourceId, aiAgentId: source.ai_agent_id };
    return takePlace(tx, { ...owner, nameMark, id, title, metadata });
  });
  if (taken === 'full')
    throw new ProblemError('knowledge-files-full', {
      detail: `There may be ${knowledgeLimits.files} files. Delete one first, or upload a new version under the same name.`,
    });
  if (taken === 'busy')
    throw new ProblemError('conflict', { detail: 'This file is being uploaded already.' });
  return taken.id;
}

async function storeText(
  call: UploadCall,
  sourceId: string,
  documentId: string,
  bytes: number,
  extraction: Extract<Extraction, { readonly kind: 'read' }>,
): Promise<void> {
  const { database, contentBox, embedder, jobs } = call.ports;
  const { document, format, textBytes } = extraction;
  const chunks = chunksOf(document);
  const hash = hashOf(contentBox, call.subscriptionId, document);
  const pages = document.measure(({ blocks }) => Math.max(0, ...blocks.map(({ page = 0 }) => page)));
  const metadata: FileMetadata = { format, bytes, textBytes, pages: pages === 0 ? null : pages };
  if ((await database.read(call, (tx) => readHash(tx, documentId))) !== hash)
    await storeDocument(call, {
      sourceId,
      documentId,
      document,
      chunks,
      hash,
      keepsText: true,
      mostChunks: knowledgeLimits.chunks,
      permission,
      noted: { accountId: call.actor.kind === 'account' ? call.actor.id : null, isPublic: false },
    });
  await database.write(call, decision('knowledge.file-uploaded', documentId), async (tx) => {
    await updateMetadata(tx, documentId, metadata);
    await endWriting(tx, { documentId });
    if (embedder.model !== undefined)
      await jobs.enqueue(tx, call, 'knowledge.embed', { sourceId }, { dedupeKey: sourceId });
  });
}

const release = (call: UploadCall, documentId: string): Promise<void> =>
  call.ports.database.write(
    call,
    {
      permission,
      audit: { action: 'knowledge.upload-given-up', target: documentId, outcome: 'failed' },
    },
    (tx) => endWriting(tx, { documentId }),
  );

/** Deletes a file or snippet with everything of it. Throws `not-found`, and `subscription-held` under a legal hold. */
export async function removeDocument(
  call: Call<'database'>,
  what: 'file' | 'snippet',
  sourceId: string,
  documentId: string,
): Promise<void> {
  const { database } = call.ports;
  const isThere = await database.read(call, async (tx) => {
    const source = await readSource(tx, sourceId);
    return source?.kind === `${what}s` && (await hasDocument(tx, sourceId, documentId));
  });
  if (!isThere) throw new ProblemError('not-found');
  await unlessHeld(call, permission, 'knowledge-deletion', () =>
    database.write(call, decision(`knowledge.${what}-deleted`, documentId), async (tx) => {
      await requireNoHold(tx);
      if (!(await deleteDocument(tx, sourceId, documentId))) throw new ProblemError('not-found');
    }),
  );
}
