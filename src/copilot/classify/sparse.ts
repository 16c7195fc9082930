/** Rows of numbers that are mostly zero: row r holds `values[k]` in column `indices[k]` for k from `starts[r]` to `starts[r + 1]`. */
export interface SparseRows {
  readonly count: number;
  readonly columns: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** One such row by itself. */
export interface SparseVector {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

export function stackRows(vectors: readonly SparseVector[], columns: number): SparseRows {
  const starts = new Int32Array(vectors.length + 1);
  vectors.forEach((vector, row) => {
    starts[row + 1] = (starts[row] ?? 0) + vector.indices.length;
  });
  const total = starts[vectors.length] ?? 0;
  const indices = new Int32Array(total);
  const values = new Float32Array(total);
  vectors.forEach((vector, row) => {
    indices.set(vector.indices, starts[row]);
    values.set(vector.values, starts[row]);
  });
  return { count: vectors.length, columns, starts, indices, values };
}
