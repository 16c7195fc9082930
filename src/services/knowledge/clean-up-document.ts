import type { Call } from '../../ports/call.ts';
import { deleteUnfoundChunks, endWriting, isLeftBehind } from './document-queries.ts';
import { batchRows } from './store-document.ts';

/** As `app.knowledge_remains` counts. */
const minutes = 10;

/** Removes chunks of a document that a writer left half done, and the document when nothing of it was ever found. Safe to repeat. */
export async function cleanUpDocument(call: Call<'database'>, documentId: string): Promise<void> {
  const decision = {
    permission: 'system',
    audit: { action: 'knowledge.remains-removed', target: documentId },
  } as const;
  for (let gone = batchRows; gone >= batchRows;) {
    call.signal.throwIfAborted();
    gone = await call.ports.database.write(call, decision, async (tx) => {
      if (!(await isLeftBehind(tx, documentId, minutes))) return 0;
      const deleted = await deleteUnfoundChunks(tx, documentId, batchRows);
      if (deleted < batchRows) await endWriting(tx, { documentId });
      return deleted;
    });
  }
}
