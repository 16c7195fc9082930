import { toProblem } from '../kernel/problem-error.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import type { Ports } from '../ports/ports.ts';
import { enqueueReading } from '../services/knowledge/reading-queries.ts';

const firstMs = 2_500;
const everyMs = 15_000;
const mostAtOnce = 50;

/**
 * Asks, four times a minute, for what is due in knowledge: sources to be read from elsewhere, vectors of the model there is,
 * and what half-done writing left behind. Of many processes that ask, one does it. Returns its stop.
 */
export function scheduleKnowledge(
  ports: Pick<Ports, 'jobs' | 'logger' | 'embedder'> & {
    readonly database: Pick<BookkeepingDatabase, 'bookkeep' | 'lookup'>;
  },
): () => void {
  const { database, jobs, logger, embedder } = ports;
  let isStopped = false;
  const read = (subscriptionId: string, sourceId: string): Promise<boolean> =>
    database.bookkeep({ subscriptionId }, (tx) =>
      enqueueReading(tx, { subscriptionId, ports: { jobs } }, sourceId),
    );

  const ask = async (): Promise<void> => {
    const modelId = embedder.model?.id;
    const due = await database.lookup(async (lookups) => ({
      readings: await lookups.knowledgeReadingsDue(mostAtOnce),
      embeddings: modelId === undefined ? [] : await lookups.knowledgeEmbeddingsDue(modelId, mostAtOnce),
      remains: await lookups.knowledgeRemains(mostAtOnce),
    }));
    for (const { subscriptionId, sourceId } of due.readings)
      if (!isStopped) await read(subscriptionId, sourceId);
    for (const { subscriptionId, sourceId, isStored } of due.embeddings) {
      if (isStopped) return;
      if (isStored)
        await database.bookkeep({ subscriptionId }, (tx) =>
          jobs.enqueue(tx, { subscriptionId }, 'knowledge.embed', { sourceId }, { dedupeKey: sourceId }),
        );
      else await read(subscriptionId, sourceId);
    }
    for (const { subscriptionId, documentId } of due.remains)
      if (!isStopped)
        await database.bookkeep({ subscriptionId }, (tx) =>
          jobs.enqueue(
            tx,
            { subscriptionId },
            'knowledge.clean-up',
            { documentId },
            { dedupeKey: documentId },
          ),
        );
  };

  const askSafely = (): void =>
    void ask().catch((error: unknown) =>
      logger.warn('knowledge not scheduled', { problem: toProblem(error).type }),
    );
  const first = setTimeout(askSafely, firstMs).unref();
  const timer = setInterval(askSafely, everyMs).unref();
  return () => {
    isStopped = true;
    clearTimeout(first);
    clearInterval(timer);
  };
}
