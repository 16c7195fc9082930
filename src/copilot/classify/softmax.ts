import type { RowIndex } from './row-index.ts';
import { seededOrder } from './seeded-order.ts';
import type { SparseVector } from './tfidf.ts';

/** Scores of one vector for each label, higher is likelier. */
export type Scorer = (vector: SparseVector) => Float64Array;

const workLimit = 6e8;
const fewestRounds = 8;
const mostRounds = 12;
const firstStep = 2;
// Labels that are off by less are left alone: with many labels that is nearly all of them.
const negligible = 0.001;

/**
 * Multinomial logistic regression by stochastic gradient with a falling step. Stopping early takes the place of a penalty:
 * with few examples a label a converged model is worse than one stopped early.
 * @param labels one a row; -1: nothing is learned from this row
 */
export function trainSoftmax(index: RowIndex, labels: readonly number[], labelCount: number): Scorer {
  const labelled = labels.flatMap((label, row) => (label < 0 ? [] : [row]));
  if (index.isFew) {
    const shares = sharesOfRows(index, labelled, labels, labelCount);
    return (vector) => sumOfRows(shares, index.similar(vector), labelCount);
  }
  const weights = weightsOfFeatures(
    labelled.flatMap((row) => index.rows[row] ?? []),
    labelled.map((row) => labels[row] ?? 0),
    labelCount,
    index.featureCount,
  );
  return (vector) => {
    const found = new Float64Array(labelCount);
    scoreInto(found, weights, vector);
    return found;
  };
}

/** The gradient steps over features. */
function weightsOfFeatures(
  rows: readonly SparseVector[],
  labels: readonly number[],
  labelCount: number,
  featureCount: number,
): Float32Array {
  // One feature's weights for all labels lie together: the inner loops run over neighbouring memory.
  const weights = new Float32Array(featureCount * labelCount);
  const scores = new Float64Array(labelCount);
  const wrong = new Int32Array(labelCount);
  const entries = rows.reduce((sum, row) => sum + row.columns.length, 0);
  const rounds = Math.round(workLimit / Math.max(1, entries * labelCount));
  const bounded = Math.max(fewestRounds, Math.min(mostRounds, rounds));
  for (let round = 0; round < bounded; round += 1) {
    const step = firstStep * (1 - round / bounded);
    for (const index of seededOrder(rows.length, round)) {
      const row = rows[index];
      if (row === undefined) continue;
      scoreInto(scores, weights, row);
      toProbabilities(scores);
      const own = labels[index] ?? 0;
      scores[own] = (scores[own] as number) - 1;
      let wrongCount = 0;
      for (let label = 0; label < labelCount; label += 1) {
        if (Math.abs(scores[label] as number) < negligible) continue;
        wrong[wrongCount] = label;
        wrongCount += 1;
      }
      for (let at = 0; at < row.columns.length; at += 1) {
        const base = (row.columns[at] as number) * labelCount;
        const value = (row.values[at] as number) * step;
        for (let each = 0; each < wrongCount; each += 1) {
          const label = wrong[each] as number;
          weights[base + label] = (weights[base + label] as number) - value * (scores[label] as number);
        }
      }
    }
  }
  return weights;
}

/** The same steps, kept as how much of each row they add. */
function sharesOfRows(
  index: RowIndex,
  labelled: readonly number[],
  labels: readonly number[],
  labelCount: number,
): Float64Array {
  const products = index.products();
  const count = index.rows.length;
  const shares = new Float64Array(count * labelCount);
  const scores = new Float64Array(labelCount);
  for (let round = 0; round < mostRounds; round += 1) {
    const step = firstStep * (1 - round / mostRounds);
    for (const place of seededOrder(labelled.length, round)) {
      const row = labelled[place] as number;
      scores.fill(0);
      addRows(scores, shares, products, row * count);
      toProbabilities(scores);
      const own = labels[row] ?? 0;
      scores[own] = (scores[own] as number) - 1;
      for (let label = 0; label < labelCount; label += 1) {
        const off = scores[label] as number;
        if (Math.abs(off) < negligible) continue;
        const cell = row * labelCount + label;
        shares[cell] = (shares[cell] as number) - step * off;
      }
    }
  }
  return shares;
}

function sumOfRows(shares: Float64Array, products: Float32Array, labelCount: number): Float64Array {
  const found = new Float64Array(labelCount);
  addRows(found, shares, products, 0);
  return found;
}

/** Adds up how much of each row is held, by the row's product that stands behind `offset`. */
function addRows(scores: Float64Array, shares: Float64Array, products: Float32Array, offset: number): void {
  const labelCount = scores.length;
  const count = shares.length / labelCount;
  for (let row = 0; row < count; row += 1) {
    const product = products[offset + row] as number;
    if (product === 0) continue;
    const base = row * labelCount;
    for (let label = 0; label < labelCount; label += 1)
      scores[label] = (scores[label] as number) + (shares[base + label] as number) * product;
  }
}

// The casts in these loops stand for indices that are always inside; a check there would cost a third of the time.
function scoreInto(scores: Float64Array, weights: Float32Array, { columns, values }: SparseVector): void {
  const labelCount = scores.length;
  scores.fill(0);
  for (let at = 0; at < columns.length; at += 1) {
    const base = (columns[at] as number) * labelCount;
    const value = values[at] as number;
    for (let label = 0; label < labelCount; label += 1)
      scores[label] = (scores[label] as number) + (weights[base + label] as number) * value;
  }
}

/** Turns scores into probabilities in place. */
export function toProbabilities(scores: Float64Array): Float64Array {
  let highest = -Infinity;
  for (const score of scores) if (score > highest) highest = score;
  let sum = 0;
  for (let at = 0; at < scores.length; at += 1) {
    const value = Math.exp((scores[at] ?? 0) - highest);
    scores[at] = value;
    sum += value;
  }
  for (let at = 0; at < scores.length; at += 1) scores[at] = (scores[at] ?? 0) / sum;
  return scores;
}
