import type { KnowledgeFileView } from '../../contract/knowledge.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { knowledgeBinding } from './bindings.ts';
import { countWritten } from './document-queries.ts';
import { readFiles } from './file-queries.ts';
import { readSource } from './source-queries.ts';

type FilesCall = Call<'database' | 'secretBox'>;

/** Files of a source with what is being stored of them. Throws `not-found`. */
export async function listFiles(call: FilesCall, sourceId: string): Promise<readonly KnowledgeFileView[]> {
  const { database, secretBox } = call.ports;
  const { subscriptionId } = call;
  const { rows, written } = await database.read(call, async (tx) => {
    if ((await readSource(tx, sourceId))?.kind !== 'files') throw new ProblemError('not-found');
    const files = await readFiles(tx, sourceId);
    const unfinished = files.filter(({ state }) => state !== 'ready').map(({ id }) => id);
    return { rows: files, written: await countWritten(tx, unfinished) };
  });
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      name:
        (await openedOrUndefined(
          secretBox.open(row.title, knowledgeBinding.title(subscriptionId, row.id)),
        )) ?? '',
      state: row.state,
      metadata: row.metadata,
      chunks: row.chunks,
      progress: row.state === 'ready' ? null : { stored: written.get(row.id) ?? 0, chunks: row.reserved },
      uploadedBy: row.accountId,
      updatedAt: row.updatedAt.toISOString(),
    })),
  );
}

/** Throws `not-found`. */
export async function showFile(
  call: FilesCall,
  sourceId: string,
  fileId: string,
): Promise<KnowledgeFileView> {
  const file = (await listFiles(call, sourceId)).find(({ id }) => id === fileId);
  if (file === undefined) throw new ProblemError('not-found');
  return file;
}
