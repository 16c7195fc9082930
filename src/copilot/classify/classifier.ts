import { trainNaiveBayes } from './naive-bayes.ts';
import { RowIndex } from './row-index.ts';
import { type Scorer, trainSoftmax } from './softmax.ts';
import { type FeatureSpace, fitFeatures, type SparseVector } from './tfidf.ts';

export interface LabelledText {
  readonly text: string;
  /** Index of its label. */
  readonly label: number;
}

export interface Classifier {
  readonly space: FeatureSpace;
  /** The examples, for comparing others with them. */
  readonly index: RowIndex;
  /** One score a label; their softmax is a probability, before calibration. */
  readonly scores: Scorer;
  /** How much better each label explains the text than the whole collection does (logarithm). */
  readonly explains: Scorer;
}

// Measured: the two err differently, and their sum is better than either with 5, 10 and 100 examples a label.
const bayesShare = 0.6;

/** One label of several for each text: logistic regression and naive Bayes over the same features, added on one scale. */
export function trainClassifier(examples: readonly LabelledText[], labelCount: number): Classifier {
  const labels = examples.map(({ label }) => label);
  const space = fitFeatures(
    examples.map(({ text }) => text),
    labels.map((label) => [label]),
  );
  const index = new RowIndex(space.rows, space.size);
  const softmax = trainSoftmax(index, labels, labelCount);
  const bayes = trainNaiveBayes(space.rows, labels, labelCount, space.size);
  const scale = (bayesShare * spread(softmax, space.rows)) / (spread(bayes, space.rows) || 1);
  return {
    space,
    index,
    explains: bayes,
    scores(vector) {
      const scores = softmax(vector);
      bayes(vector).forEach((score, label) => {
        scores[label] = (scores[label] ?? 0) + scale * score;
      });
      return scores;
    },
  };
}

const spreadSample = 300;

/** How far the scores of one text lie apart, on average over some of the rows. */
function spread(scorer: Scorer, rows: readonly SparseVector[]): number {
  const every = Math.max(1, Math.floor(rows.length / spreadSample));
  let sum = 0;
  let count = 0;
  for (let at = 0; at < rows.length; at += every) {
    const row = rows[at];
    if (row === undefined) continue;
    const scores = scorer(row);
    const mean = scores.reduce((total, score) => total + score, 0) / scores.length;
    sum += Math.sqrt(scores.reduce((total, score) => total + (score - mean) ** 2, 0) / scores.length);
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}
