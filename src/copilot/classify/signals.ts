import { type LabelledText, trainClassifier } from './classifier.ts';
import { type Tokens, tokensOf } from './tokens.ts';

export interface Reading {
  /** The likeliest label. */
  readonly label: number;
  /** What speaks for it and against it, always in the same order. */
  readonly signals: readonly number[];
  /** How alike each training example is, 0 to 1, in their order. */
  readonly similarities: Float32Array;
}

/** Reads a text with a trained classifier; `without` leaves a label out, as if it and its examples had never been given. */
export type Reader = (text: string, without?: number) => Reading;

/** Trains on the examples and reads texts by them. */
export function trainReader(examples: readonly LabelledText[], labelCount: number): Reader {
  const classifier = trainClassifier(examples, labelCount);
  const words = labelsOfWords(examples);
  return (text, without = -1) => {
    const vector = classifier.space.vectorOf(text);
    const scores = classifier.scores(vector);
    const similarities = classifier.index.similar(vector);
    const [label, second] = twoBest(scores, without);
    const signals = [
      ...scoreSignals(scores, label, second, without),
      classifier.explains(vector)[label] ?? 0,
      ...similaritySignals(similarities, examples, label, without),
      ...wordSignals(tokensOf(text), words, without),
    ];
    return { label, signals, similarities };
  };
}

/** Label of each word's examples; null where several labels have it. */
function labelsOfWords(examples: readonly LabelledText[]): Map<string, number | null> {
  const words = new Map<string, number | null>();
  for (const { text, label } of examples) {
    for (const word of tokensOf(text).stems) {
      const known = words.get(word);
      words.set(word, known === undefined || known === label ? label : null);
    }
  }
  return words;
}

function twoBest(scores: Float64Array, without: number): readonly [number, number] {
  let best = -1;
  let second = -1;
  scores.forEach((score, label) => {
    if (label === without) return;
    if (best === -1 || score > (scores[best] ?? 0)) {
      second = best;
      best = label;
    } else if (second === -1 || score > (scores[second] ?? 0)) second = label;
  });
  return [best, second];
}

/** Log-odds of the best label, its lead over the second, and the logarithm of the sum over all: small when no label claims the text. */
function scoreSignals(scores: Float64Array, label: number, second: number, without: number): number[] {
  const best = scores[label] ?? 0;
  let sum = 0;
  scores.forEach((score, other) => {
    if (other !== without) sum += Math.exp(score - best);
  });
  const probability = 1 / sum;
  return [
    Math.log(probability / (1 - probability + 1e-6)),
    second === -1 ? 0 : best - (scores[second] ?? 0),
    best + Math.log(sum),
  ];
}

/** Nearest example of the label, mean of its nearest three, mean of the nearest three of any label. */
function similaritySignals(
  similarities: Float32Array,
  examples: readonly LabelledText[],
  label: number,
  without: number,
): number[] {
  const ofLabel = [0, 0, 0];
  const ofAny = [0, 0, 0];
  similarities.forEach((similarity, index) => {
    const own = examples[index]?.label;
    if (own === without) return;
    keepHighest(ofAny, similarity);
    if (own === label) keepHighest(ofLabel, similarity);
  });
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / 3;
  return [ofLabel[0] ?? 0, mean(ofLabel), mean(ofAny)];
}

function keepHighest(highest: number[], value: number): void {
  if (value <= (highest[2] ?? 0)) return;
  highest[2] = value;
  highest.sort((a, b) => b - a);
}

/** Share of telling words, and of all words, that some example has; and how many telling words there are. */
function wordSignals(tokens: Tokens, words: ReadonlyMap<string, number | null>, without: number): number[] {
  const known = (word: string): boolean => {
    const label = words.get(word);
    return label === null || (label !== undefined && label !== without);
  };
  const share = (list: readonly string[]): number =>
    list.length === 0 ? 0 : list.filter(known).length / list.length;
  return [share(tokens.content), share(tokens.stems), Math.log1p(tokens.content.length)];
}
