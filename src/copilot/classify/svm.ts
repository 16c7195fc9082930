import type { RowIndex } from './row-index.ts';
import { seededOrder } from './seeded-order.ts';
import type { Scorer } from './softmax.ts';
import type { SparseVector } from './tfidf.ts';

const cost = 1;
const passes = 40;
const tolerance = 0.01;

/**
 * One linear support vector machine a label, "this label or not" (squared hinge loss, dual coordinate descent with shrinking, after
 * Hsieh and others 2008). A text may have any number of labels; a score above 0 is a yes.
 */
export function trainOneVersusRest(
  index: RowIndex,
  labels: readonly (readonly number[])[],
  labelCount: number,
): Scorer {
  const { rows, featureCount } = index;
  const squares = Float64Array.from(rows, ({ values, besides }) =>
    values.reduce((sum, value) => sum + value * value, 1 + besides),
  );
  const products = index.isFew ? index.products() : undefined;
  const machines = Array.from({ length: labelCount }, (_, label) => {
    const sides = Int8Array.from(labels, (ofRow) => (ofRow.includes(label) ? 1 : -1));
    return trainOne(rows, sides, squares, featureCount, products);
  });
  if (index.isFew)
    return (vector) => {
      const similarities = index.similar(vector);
      return Float64Array.from(machines, (shares) => marginOf(shares, similarities, 0));
    };
  const weighted = machines.map((shares) => weightsOf(rows, shares, featureCount));
  return (vector) =>
    Float64Array.from(weighted, (weights) => dot(weights, vector) + (weights[featureCount] ?? 0));
}

/** What the rows that a machine holds say; each also adds 1 to the constant. */
function marginOf(shares: Float64Array, products: Float32Array, offset: number): number {
  let sum = 0;
  for (let row = 0; row < shares.length; row += 1) {
    const share = shares[row] as number;
    if (share !== 0) sum += share * ((products[offset + row] as number) + 1);
  }
  return sum;
}

function dot(weights: Float32Array, { columns, values }: SparseVector): number {
  let sum = 0;
  for (let at = 0; at < columns.length; at += 1) sum += (weights[columns[at] ?? 0] ?? 0) * (values[at] ?? 0);
  return sum;
}

/** The weights of a machine from how much of each row it holds; its constant stands behind the last feature. */
function weightsOf(rows: readonly SparseVector[], shares: Float64Array, featureCount: number): Float32Array {
  const weights = new Float32Array(featureCount + 1);
  rows.forEach((row, index) => addRow(weights, row, shares[index] ?? 0, featureCount));
  return weights;
}

function addRow(weights: Float32Array, row: SparseVector, share: number, featureCount: number): void {
  if (share === 0) return;
  for (let at = 0; at < row.columns.length; at += 1) {
    const column = row.columns[at] ?? 0;
    weights[column] = (weights[column] ?? 0) + share * (row.values[at] ?? 0);
  }
  weights[featureCount] = (weights[featureCount] ?? 0) + share;
}

/** How much of each row a machine holds, with its side's sign. With `products` of few rows, sums run over rows instead of features. */
function trainOne(
  rows: readonly SparseVector[],
  sides: Int8Array,
  squares: Float64Array,
  featureCount: number,
  products: Float32Array | undefined,
): Float64Array {
  const weights = new Float32Array(products === undefined ? featureCount + 1 : 0);
  const shares = new Float64Array(rows.length);
  const multipliers = new Float64Array(rows.length);
  const diagonal = 0.5 / cost;
  let active = seededOrder(rows.length, 0);
  let ceiling = Infinity;
  for (let pass = 0; pass < passes; pass += 1) {
    let highest = -Infinity;
    let lowest = Infinity;
    const kept: number[] = [];
    for (const place of seededOrder(active.length, pass)) {
      const index = active[place] ?? 0;
      const row = rows[index];
      if (row === undefined) continue;
      const side = sides[index] ?? 0;
      const old = multipliers[index] ?? 0;
      const margin =
        products === undefined
          ? dot(weights, row) + (weights[featureCount] ?? 0)
          : marginOf(shares, products, index * rows.length);
      const gradient = side * margin - 1 + diagonal * old;
      // A row far on its right side is left out until the rest has settled.
      if (old === 0 && gradient > ceiling) continue;
      kept.push(index);
      const projected = old === 0 ? Math.min(0, gradient) : gradient;
      highest = Math.max(highest, projected);
      lowest = Math.min(lowest, projected);
      if (Math.abs(projected) < 1e-12) continue;
      const changed = Math.max(0, old - gradient / ((squares[index] ?? 1) + diagonal));
      multipliers[index] = changed;
      const step = (changed - old) * side;
      shares[index] = (shares[index] ?? 0) + step;
      if (products === undefined) addRow(weights, row, step, featureCount);
    }
    if (highest - lowest <= tolerance) {
      if (active.length === rows.length) break;
      active = seededOrder(rows.length, pass);
      ceiling = Infinity;
    } else {
      active = Int32Array.from(kept);
      ceiling = highest <= 0 ? Infinity : highest;
    }
  }
  return shares;
}
