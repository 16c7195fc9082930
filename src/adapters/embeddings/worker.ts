import { setImmediate as breathe } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { embeddingDimensions } from '../../ports/embedder.ts';
import { openModel, type OpenModel } from './open-model.ts';
import { RequestQueue } from './request-queue.ts';
import { loadRuntime } from './runtime.ts';
import { UnfitModelError } from './unfit-model.ts';
import type { WorkerInput, WorkerMessage, WorkerRequest } from './worker-messages.ts';

const say = (message: WorkerMessage, transfer: ArrayBuffer[] = []) =>
  parentPort?.postMessage(message, transfer);

function serve(open: OpenModel): void {
  const queue = new RequestQueue(open.limits);
  let working = false;
  let closing = false;

  const fail = (id: number) => {
    queue.drop(id);
    say({ kind: 'failed', id });
  };
  const runBatch = async (request: NonNullable<ReturnType<RequestQueue['next']>>): Promise<void> => {
    const positions = request.batches.shift() ?? [];
    const vectors = await open.encoder.encode(positions.map((at) => request.tokens[at] ?? []));
    positions.forEach((at, row) =>
      request.vectors.set(
        vectors.subarray(row * embeddingDimensions, (row + 1) * embeddingDimensions),
        at * embeddingDimensions,
      ),
    );
    if (request.batches.length > 0) return;
    queue.drop(request.id);
    say({ kind: 'vectors', id: request.id, vectors: request.vectors }, [request.vectors.buffer]);
  };
  const work = async (): Promise<void> => {
    if (working) return;
    working = true;
    for (let request = queue.next(); request !== undefined && !closing; request = queue.next()) {
      await runBatch(request).catch(() => fail(request.id));
      // Between two batches a query may come in front and a call may be given up.
      await breathe();
    }
    working = false;
  };

  parentPort?.on('message', (request: WorkerRequest) => {
    if (request.kind === 'drop') queue.drop(request.id);
    else if (request.kind === 'close') {
      closing = true;
      void open.encoder.close().finally(() => {
        say({ kind: 'closed' });
        parentPort?.close();
      });
    } else {
      try {
        queue.add(
          request.id,
          request.as,
          request.texts.map((text) => open.tokensOf(text, request.as)),
        );
        void work();
      } catch {
        fail(request.id);
      }
    }
  });
}

const { directory, runtimeDirectory, threads } = workerData as WorkerInput;
try {
  const open = await openModel(loadRuntime(runtimeDirectory), directory, threads);
  serve(open);
  const { model, hashes, reference } = open;
  say({ kind: 'ready', model, hashes, reference });
} catch (error) {
  const reason = error instanceof UnfitModelError ? error.message : 'it cannot be loaded';
  say({ kind: 'unfit', reason });
}
