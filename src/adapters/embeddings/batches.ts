/** How texts are put together for one run of the graph. */
export interface BatchLimits {
  /** Texts of one batch. */
  readonly texts: number;
  /** Tokens of one batch, padding included: beyond it a text goes alone. */
  readonly tokens: number;
}

/**
 * Positions of texts, shortest first, in batches of nearly the same length: padding is work for nothing.
 * On a processor a long text gains nothing from company; see docs/decisions/0016-local-embeddings.md.
 */
export function batchesOf(lengths: readonly number[], limits: BatchLimits): number[][] {
  const order = lengths
    .map((_, index) => index)
    .sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b);
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const index of order) {
    const length = lengths[index] ?? 0;
    if (batch.length > 0 && (batch.length >= limits.texts || length * (batch.length + 1) > limits.tokens)) {
      batches.push(batch);
      batch = [];
    }
    batch.push(index);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
