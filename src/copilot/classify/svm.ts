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
  rows: readonly SparseVector[],
  labels: readonly (readonly number[])[],
  labelCount: number,
  featureCount: number,
): Scorer {
  const squares = Float64Array.from(rows, ({ values }) =>
    values.reduce((sum, value) => sum + value * value, 1),
  );
  const machines = Array.from({ length: labelCount }, (_, label) => {
    const sides = Int8Array.from(labels, (ofRow) => (ofRow.includes(label) ? 1 : -1));
    return trainOne(rows, sides, squares, featureCount);
  });
  return (vector) =>
    Float64Array.from(machines, (weights) => dot(weights, vector) + (weights[featureCount] ?? 0));
}

function dot(weights: Float32Array, { columns, values }: SparseVector): number {
  let sum = 0;
  for (let at = 0; at < columns.length; at += 1) sum += (weights[columns[at] ?? 0] ?? 0) * (values[at] ?? 0);
  return sum;
}

/** The weights of one machine; its constant stands behind the last feature. */
function trainOne(
  rows: readonly SparseVector[],
  sides: Int8Array,
  squares: Float64Array,
  featureCount: number,
): Float32Array {
  const weights = new Float32Array(featureCount + 1);
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
      const margin = dot(weights, row) + (weights[featureCount] ?? 0);
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
      for (let at = 0; at < row.columns.length; at += 1) {
        const column = row.columns[at] ?? 0;
        weights[column] = (weights[column] ?? 0) + step * (row.values[at] ?? 0);
      }
      weights[featureCount] = (weights[featureCount] ?? 0) + step;
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
  return weights;
}
