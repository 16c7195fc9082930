import type { SparseVector } from './tfidf.ts';

/** Rows by their features: what is compared with them touches only rows that share a feature with it. */
export class RowIndex {
  readonly rows: readonly SparseVector[];
  readonly featureCount: number;
  /**
   * True when there are fewer rows than features in a row: what is learned is then a sum of rows, and learning how much
   * of each by their inner products is the same work with shorter sums.
   */
  readonly isFew: boolean;
  /** Where the rows of each feature begin in the two lists below; they stand in the order of the rows. */
  readonly #starts: Int32Array;
  readonly #holders: Int32Array;
  readonly #values: Float32Array;
  #products: Float32Array | undefined;
  #last: { readonly vector: SparseVector; readonly cosines: Float32Array } | undefined;

  constructor(rows: readonly SparseVector[], featureCount: number) {
    this.rows = rows;
    this.featureCount = featureCount;
    const starts = new Int32Array(featureCount + 1);
    for (const { columns } of rows)
      for (const column of columns) starts[column + 1] = (starts[column + 1] as number) + 1;
    for (let at = 0; at < featureCount; at += 1)
      starts[at + 1] = (starts[at + 1] as number) + (starts[at] as number);
    const next = starts.slice();
    const entries = starts[featureCount] as number;
    const holders = new Int32Array(entries);
    const shares = new Float32Array(entries);
    rows.forEach(({ columns, values }, index) => {
      for (let at = 0; at < columns.length; at += 1) {
        const column = columns[at] as number;
        const place = next[column] as number;
        next[column] = place + 1;
        holders[place] = index;
        shares[place] = values[at] as number;
      }
    });
    this.isFew = rows.length * rows.length < entries;
    this.#starts = starts;
    this.#holders = holders;
    this.#values = shares;
  }

  /** The inner products of a vector with all rows: their cosines, since vectors are of length 1. The last answer is kept, for those who ask about one vector several times. */
  similar(vector: SparseVector): Float32Array {
    if (this.#last?.vector === vector) return this.#last.cosines;
    const cosines = new Float32Array(this.rows.length);
    this.#addProducts(vector, this.#starts, 0, cosines);
    this.#last = { vector, cosines };
    return cosines;
  }

  /** Inner products of all pairs of rows, row by row. */
  products(): Float32Array {
    if (this.#products !== undefined) return this.#products;
    const count = this.rows.length;
    const products = new Float32Array(count * count);
    // What stands before this place has met this row already.
    const from = this.#starts.slice();
    this.rows.forEach((row, index) => {
      this.#addProducts(row, from, index * count, products);
      const own = index * count + index;
      products[own] = (products[own] as number) + row.besides;
      for (const column of row.columns) from[column] = (from[column] as number) + 1;
      for (let other = index + 1; other < count; other += 1)
        products[other * count + index] = products[index * count + other] as number;
    });
    this.#products = products;
    return products;
  }

  // The casts stand for indices that are always inside; a check there would cost a third of the time.
  #addProducts(
    { columns, values }: SparseVector,
    from: Int32Array,
    offset: number,
    sums: Float32Array,
  ): void {
    const starts = this.#starts;
    const holders = this.#holders;
    const shares = this.#values;
    for (let at = 0; at < columns.length; at += 1) {
      const column = columns[at] as number;
      const value = values[at] as number;
      const end = starts[column + 1] as number;
      for (let place = from[column] as number; place < end; place += 1) {
        const cell = offset + (holders[place] as number);
        sums[cell] = (sums[cell] as number) + value * (shares[place] as number);
      }
    }
  }
}
