import type { Transient } from '../kernel/transient.ts';

/** Length of every vector; a model of another length is refused when it is loaded. */
export const embeddingDimensions = 768;

export type Pooling = 'mean' | 'cls' | 'last';

/** Which encoder makes the vectors, as its own files describe it. Says nothing about any text. */
export interface EmbeddingModel {
  /** What is stored beside a vector: `sha256:` and the hash over all files of the model. Vectors of different ids are never compared. */
  readonly id: string;
  /** Name of the directory, for people. */
  readonly name: string;
  readonly pooling: Pooling;
  /** True when every vector has length 1, so that a dot product is the cosine. */
  readonly normalized: boolean;
  /** Tokens of one text, with the model's own marks; what is longer is cut off at its end. */
  readonly maxTokens: number;
  readonly queryPrefix: string;
  readonly passagePrefix: string;
}

export type EmbedderState =
  /** No model directory, or its runtime is not installed: knowledge is searched by words only. */
  | { readonly kind: 'absent'; readonly reason: string }
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly model: EmbeddingModel }
  /** There is a model that may not be used; `reason` is a sentence for the operator, without content. */
  | { readonly kind: 'unfit'; readonly reason: string };

/** A query is embedded before every passage that waits. */
export type EmbeddingKind = 'query' | 'passage';

/** The local embedding model; nothing leaves the machine. */
export interface Embedder {
  readonly state: EmbedderState;
  /** The loaded model; undefined means that texts cannot be embedded now. */
  readonly model: EmbeddingModel | undefined;
  /** Begins to load the model unless that has begun, and waits until it is known whether there is one. Never throws. */
  settled(): Promise<EmbedderState>;
  /**
   * One vector of 768 numbers for each text, in their order. `ProblemError('embedding-unavailable')` without a loaded model
   * or when its thread ended meanwhile. An aborted call ends between two batches with the reason of the signal.
   * The vectors of what was content stay in memory.
   */
  embed(
    texts: Transient<readonly string[]>,
    kind: EmbeddingKind,
    signal: AbortSignal,
  ): Promise<readonly Float32Array<ArrayBuffer>[]>;
  /** Called when a model has been loaded, replaced or lost; the answer ends it. */
  onChange(listener: (model: EmbeddingModel | undefined) => void): () => void;
  close(): Promise<void>;
}
