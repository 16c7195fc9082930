import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import { knowledgeBinding } from './bindings.ts';
import { readUnembedded, settleModel, storeEmbeddings } from './embedding-queries.ts';
import { readChunk } from './stored-chunk.ts';
import { vectorText } from './vectors.ts';

type EmbedCall = Call<'database' | 'contentBox' | 'embedder' | 'clock'>;

/** Texts that are opened and embedded together. */
const batch = 32;
/** A job has a minute; the next look finds what is left. */
const mostMs = 40_000;
const beforeAll = '00000000-0000-0000-0000-000000000000';

/**
 * Makes the vectors that chunks of files and snippets of a source lack, in batches, each stored at once: a job that was
 * killed loses no more than one. Does nothing without a model. Safe to repeat.
 */
export async function embedSource(call: EmbedCall, sourceId: string): Promise<void> {
  const { database, embedder, clock } = call.ports;
  const { model } = embedder;
  if (model === undefined) return;
  const until = clock.elapsed() + mostMs;
  for (let after = beforeAll; ;) {
    call.signal.throwIfAborted();
    if (clock.elapsed() > until) return;
    const rows = await database.read(call, (tx) =>
      readUnembedded(tx, sourceId, { modelId: model.id, after, limit: batch }),
    );
    const last = rows.at(-1);
    if (last === undefined) break;
    if (!(await embedRows(call, model.id, rows))) return;
    after = last.id;
  }
  await database.write(
    call,
    { permission: 'system', audit: { action: 'knowledge.embedded', target: sourceId } },
    (tx) => settleModel(tx, sourceId, model.id),
  );
}

/** False: the model went away or was replaced. */
async function embedRows(
  call: EmbedCall,
  modelId: string,
  rows: Awaited<ReturnType<typeof readUnembedded>>,
): Promise<boolean> {
  const { database, contentBox, embedder } = call.ports;
  const opened = await Promise.all(
    rows.map(({ id, content }) =>
      contentBox.open(content, knowledgeBinding.content(call.subscriptionId, id)),
    ),
  );
  const texts = Transient.all(opened).map((all) => all.map((stored) => readChunk(stored).searchText));
  let vectors: readonly Float32Array[];
  try {
    vectors = await embedder.embed(texts, 'passage', call.signal);
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'embedding-unavailable') return false;
    throw error;
  }
  if (embedder.model?.id !== modelId) return false;
  const stored = rows.map(({ id }, at) => ({ id, embedding: vectorText(vectors[at] as Float32Array) }));
  await database.write(
    call,
    {
      permission: 'system',
      audit: { action: 'knowledge.vectors-stored', facts: { chunks: stored.length } },
    },
    (tx) => storeEmbeddings(tx, modelId, stored),
  );
  return true;
}
