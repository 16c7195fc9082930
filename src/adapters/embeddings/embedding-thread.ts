import { Worker } from 'node:worker_threads';
import { ProblemError } from '../../kernel/problem-error.ts';
import { embeddingDimensions, type EmbeddingKind, type EmbeddingModel } from '../../ports/embedder.ts';
import { UnfitModelError } from './unfit-model.ts';
import type { WorkerInput, WorkerMessage, WorkerRequest } from './worker-messages.ts';

type Vectors = readonly Float32Array<ArrayBuffer>[];

/** A running thread with a loaded model. */
export interface EmbeddingThread {
  readonly model: EmbeddingModel;
  readonly hashes: Readonly<Record<string, string>>;
  readonly reference: readonly string[];
  embed(texts: readonly string[], kind: EmbeddingKind, signal: AbortSignal): Promise<Vectors>;
  close(): Promise<void>;
}

// A tokenizer of 250,000 words takes some hundred megabytes of JavaScript memory.
const heapMegabytes = 2_048;
const closeTimeoutMs = 5_000;

/**
 * Starts a thread and waits for its model. `onEnd` is called once when the thread ends unasked after that.
 * Throws `UnfitModelError`.
 */
export async function startEmbeddingThread(
  input: WorkerInput,
  onEnd: () => void,
  heap = heapMegabytes,
): Promise<EmbeddingThread> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: input,
    execArgv: [],
    name: 'embeddings',
    // Nothing a library prints there reaches a log.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heap },
  });
  const waiting = new Map<number, { resolve(vectors: Vectors): void; reject(error: unknown): void }>();
  const loaded = Promise.withResolvers<WorkerMessage>();
  const ended = Promise.withResolvers<void>();
  const unavailable = () => new ProblemError('embedding-unavailable');
  let lastId = 0;
  let isOver = false;
  let announced = false;

  const take = (id: number) => {
    const caller = waiting.get(id);
    waiting.delete(id);
    return caller;
  };
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'vectors') take(message.id)?.resolve(rowsOf(message.vectors));
    else if (message.kind === 'failed') take(message.id)?.reject(unavailable());
    else loaded.resolve(message);
  });
  // Its text may quote what was embedded.
  worker.on('error', () => undefined);
  worker.on('exit', () => {
    const unasked = announced && !isOver;
    isOver = true;
    loaded.resolve({ kind: 'unfit', reason: 'its thread ended while it was loaded' });
    for (const { reject } of waiting.values()) reject(unavailable());
    waiting.clear();
    ended.resolve();
    if (unasked) onEnd();
  });

  const send = (request: WorkerRequest) => worker.postMessage(request);
  const close = async (): Promise<void> => {
    if (!isOver) {
      isOver = true;
      send({ kind: 'close' });
      const timer = setTimeout(() => void worker.terminate(), closeTimeoutMs);
      await ended.promise;
      clearTimeout(timer);
    }
  };
  const message = await loaded.promise;
  if (message.kind !== 'ready') {
    isOver = true;
    await worker.terminate();
    throw new UnfitModelError(message.kind === 'unfit' ? message.reason : 'its thread ended');
  }
  announced = true;
  const { model, hashes, reference } = message;
  return {
    model,
    hashes,
    reference,
    embed: async (texts, kind, signal) => {
      signal.throwIfAborted();
      if (isOver) throw unavailable();
      if (texts.length === 0) return [];
      const id = (lastId += 1);
      const { promise, resolve, reject } = Promise.withResolvers<Vectors>();
      waiting.set(id, { resolve, reject });
      const giveUp = () => {
        waiting.delete(id);
        send({ kind: 'drop', id });
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      send({ kind: 'embed', id, texts, as: kind });
      return promise.finally(() => signal.removeEventListener('abort', giveUp));
    },
    close,
  };
}

const rowsOf = (vectors: Float32Array<ArrayBuffer>): Vectors =>
  Array.from({ length: vectors.length / embeddingDimensions }, (_, row) =>
    vectors.slice(row * embeddingDimensions, (row + 1) * embeddingDimensions),
  );
