import type { SparseVector } from './tfidf.ts';

/** Inner products of all pairs of rows, row by row. */
export function innerProducts(rows: readonly SparseVector[], featureCount: number): Float64Array {
  const products = new Float64Array(rows.length * rows.length);
  const dense = new Float32Array(featureCount);
  rows.forEach((row, at) => {
    row.columns.forEach((column, place) => {
      dense[column] = row.values[place] ?? 0;
    });
    for (let other = at; other < rows.length; other += 1) {
      const { columns, values } = rows[other] as SparseVector;
      let sum = 0;
      for (let place = 0; place < columns.length; place += 1)
        sum += (dense[columns[place] as number] as number) * (values[place] as number);
      products[at * rows.length + other] = sum;
      products[other * rows.length + at] = sum;
    }
    for (const column of row.columns) dense[column] = 0;
  });
  return products;
}

/**
 * True when there are fewer rows than features in a row: what is learned is then a sum of rows, and learning how much
 * of each by their inner products is the same work with shorter sums.
 */
export function areFew(rows: readonly SparseVector[]): boolean {
  const entries = rows.reduce((sum, row) => sum + row.columns.length, 0);
  return rows.length * rows.length < entries;
}
