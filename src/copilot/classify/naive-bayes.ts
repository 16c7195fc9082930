import type { Scorer } from './softmax.ts';
import type { SparseVector } from './tfidf.ts';

// How much of the whole collection is mixed into each label, in examples: much, since a label has few.
const smoothing = 1;

/**
 * Naive Bayes over weighed features: the logarithm of how much likelier a label makes the text than the whole collection does.
 * Above zero, a label explains the text better than no label would.
 */
export function trainNaiveBayes(
  rows: readonly SparseVector[],
  labels: readonly number[],
  labelCount: number,
  featureCount: number,
): Scorer {
  const weights = new Float32Array(featureCount * labelCount);
  const ofFeature = new Float64Array(featureCount);
  const ofLabel = new Float64Array(labelCount);
  let whole = 0;
  rows.forEach((row, index) => {
    const label = labels[index] ?? 0;
    row.columns.forEach((column, at) => {
      const value = row.values[at] ?? 0;
      const cell = column * labelCount + label;
      weights[cell] = (weights[cell] ?? 0) + value;
      ofFeature[column] = (ofFeature[column] ?? 0) + value;
      ofLabel[label] = (ofLabel[label] ?? 0) + value;
      whole += value;
    });
  });
  const mixed = (smoothing * whole) / Math.max(1, rows.length);
  for (let column = 0; column < featureCount; column += 1) {
    const usual = (ofFeature[column] ?? 0) / whole;
    for (let label = 0; label < labelCount; label += 1) {
      const cell = column * labelCount + label;
      const share = ((weights[cell] ?? 0) + mixed * usual) / ((ofLabel[label] ?? 0) + mixed);
      weights[cell] = Math.log(share / usual);
    }
  }
  return (vector) => {
    const scores = new Float64Array(labelCount);
    vector.columns.forEach((column, at) => {
      const value = vector.values[at] ?? 0;
      for (let label = 0; label < labelCount; label += 1)
        scores[label] = (scores[label] ?? 0) + value * (weights[column * labelCount + label] ?? 0);
    });
    return scores;
  };
}
