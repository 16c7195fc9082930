import { embeddingDimensions, type EmbeddingKind } from '../../ports/embedder.ts';
import { batchesOf, type BatchLimits } from './batches.ts';

export interface Request {
  readonly id: number;
  readonly tokens: readonly (readonly number[])[];
  readonly batches: number[][];
  readonly vectors: Float32Array<ArrayBuffer>;
}

/** What waits for the graph: a person's query before passages, and the older before the newer. */
export class RequestQueue {
  readonly #waiting: Readonly<Record<EmbeddingKind, Map<number, Request>>> = {
    query: new Map(),
    passage: new Map(),
  };
  readonly #limits: BatchLimits;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  add(id: number, kind: EmbeddingKind, tokens: readonly (readonly number[])[]): void {
    const lengths = tokens.map((ids) => ids.length);
    this.#waiting[kind].set(id, {
      id,
      tokens,
      batches: batchesOf(lengths, this.#limits),
      vectors: new Float32Array(tokens.length * embeddingDimensions),
    });
  }

  drop(id: number): void {
    for (const requests of Object.values(this.#waiting)) requests.delete(id);
  }

  /** Whose batch is next; asked anew for every batch. */
  next(): Request | undefined {
    const { query, passage } = this.#waiting;
    return (query.size > 0 ? query : passage).values().next().value;
  }
}
