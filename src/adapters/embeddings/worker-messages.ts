import type { EmbeddingKind, EmbeddingModel } from '../../ports/embedder.ts';

/** What the thread is started with. */
export interface WorkerInput {
  readonly directory: string;
  readonly runtimeDirectory: string;
  readonly threads: number;
}

/** What is asked of the thread. */
export type WorkerRequest =
  | {
      readonly kind: 'embed';
      readonly id: number;
      readonly texts: readonly string[];
      readonly as: EmbeddingKind;
    }
  /** Nobody waits for it any more. */
  | { readonly kind: 'drop'; readonly id: number }
  | { readonly kind: 'close' };

/** What it answers; an error's own text never leaves it, because it may hold what was embedded. */
export type WorkerMessage =
  | {
      readonly kind: 'ready';
      readonly model: EmbeddingModel;
      readonly hashes: Readonly<Record<string, string>>;
      readonly reference: readonly string[];
    }
  | { readonly kind: 'unfit'; readonly reason: string }
  /** Vectors in the order of the texts, 768 numbers each. */
  | { readonly kind: 'vectors'; readonly id: number; readonly vectors: Float32Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly id: number }
  | { readonly kind: 'closed' };
