import type { SparseVector } from './tfidf.ts';

/** Compares a vector with all rows at once: their cosines, in the order of the rows (all vectors are of length 1). */
export type Similarities = (vector: SparseVector) => Float32Array;

/** An inverted index over rows: only rows that share a feature with the vector are touched. */
export function indexRows(rows: readonly SparseVector[], featureCount: number): Similarities {
  const starts = new Int32Array(featureCount + 1);
  for (const row of rows) {
    for (const column of row.columns) starts[column + 1] = (starts[column + 1] ?? 0) + 1;
  }
  for (let at = 0; at < featureCount; at += 1) starts[at + 1] = (starts[at + 1] ?? 0) + (starts[at] ?? 0);
  const next = starts.slice();
  const holders = new Int32Array(starts[featureCount] ?? 0);
  const values = new Float32Array(holders.length);
  rows.forEach((row, index) => {
    row.columns.forEach((column, at) => {
      const place = next[column] ?? 0;
      next[column] = place + 1;
      holders[place] = index;
      values[place] = row.values[at] ?? 0;
    });
  });
  return (vector) => {
    const cosines = new Float32Array(rows.length);
    vector.columns.forEach((column, at) => {
      const value = vector.values[at] ?? 0;
      for (let place = starts[column] ?? 0; place < (starts[column + 1] ?? 0); place += 1) {
        const holder = holders[place] ?? 0;
        cosines[holder] = (cosines[holder] ?? 0) + value * (values[place] ?? 0);
      }
    });
    return cosines;
  };
}

/** Indices of the most similar texts among those wanted, best first; nothing that shares no feature. */
export function nearestOf(
  similarities: Float32Array,
  wanted: (index: number) => boolean,
  count: number,
): number[] {
  const found: number[] = [];
  similarities.forEach((similarity, index) => {
    if (similarity <= 0 || !wanted(index)) return;
    if (found.length === count && similarity <= (similarities[found.at(-1) ?? 0] ?? 0)) return;
    let at = found.length;
    while (at > 0 && (similarities[found[at - 1] ?? 0] ?? 0) < similarity) at -= 1;
    found.splice(at, 0, index);
    if (found.length > count) found.pop();
  });
  return found;
}
