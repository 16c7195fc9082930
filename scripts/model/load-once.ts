import {
  startEmbeddingThread,
  type EmbeddingThread,
} from '../../src/adapters/embeddings/embedding-thread.ts';
import { runtimeDirectory } from '../../src/adapters/embeddings/runtime.ts';

/** Loads a model as the server does and ends again: what it found out. Throws `UnfitModelError`. */
export async function loadOnce(
  directory: string,
): Promise<Pick<EmbeddingThread, 'model' | 'hashes' | 'reference'>> {
  const thread = await startEmbeddingThread({ directory, runtimeDirectory, threads: 1 }, () => undefined);
  await thread.close();
  return thread;
}
