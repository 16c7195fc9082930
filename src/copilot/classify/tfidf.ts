import { type FeatureCounts, type FeatureKind, featureCounts } from './features.ts';
import { tokensOf } from './tokens.ts';

/** Numbers that are mostly zero: `values[k]` stands in column `columns[k]`. */
export interface SparseVector {
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

export interface FeatureSpace {
  readonly size: number;
  /** The vectors of the texts that the space was made from, in their order. */
  readonly rows: readonly SparseVector[];
  /** Of length 1, or empty when nothing in the text was seen before. */
  vectorOf(text: string): SparseVector;
}

export interface FeatureChoice {
  readonly kinds: Readonly<Partial<Record<FeatureKind, number>>>;
  /** A feature is worth more when few texts have it, or when few labels have it. */
  readonly rareBy: 'texts' | 'labels';
  /** A feature that stands in fewer texts is left out. */
  readonly fewestTexts: number;
  /** What was counted in these texts before with the same kinds, for those who read the same texts several times. */
  readonly counted?: CountedTexts | undefined;
}

export type CountedTexts = Map<string, readonly FeatureCounts[]>;

const usualKinds = { words: 1, pairs: 0.8, characters: 1 };
// With few examples a label, one that repeats a word makes the word look common; with many, texts are the better measure.
const fewExamples = 30;

function usual(labels: readonly (readonly number[])[]): FeatureChoice {
  const different = new Set(labels.flat()).size;
  return {
    kinds: usualKinds,
    rareBy: labels.length < fewExamples * different ? 'labels' : 'texts',
    fewestTexts: fewestTexts(labels.length),
  };
}

const many = 500;

/** Among many texts, what stands in one alone (two thirds of all features) adds time and little else. */
export function fewestTexts(textCount: number): number {
  return textCount < many ? 1 : 2;
}

type Counted = readonly FeatureCounts[];

/** The vocabulary of some texts as TF-IDF: logarithm of how often, times rarity; each kind of feature is normalised apart. */
export function fitFeatures(
  texts: readonly string[],
  labels: readonly (readonly number[])[],
  choice: FeatureChoice = usual(labels),
): FeatureSpace {
  const kinds = Object.entries(choice.kinds) as [FeatureKind, number][];
  const countAll = (text: string): Counted => {
    const known = choice.counted?.get(text);
    if (known !== undefined) return known;
    const tokens = tokensOf(text);
    const counts = kinds.map(([kind]) => featureCounts(tokens, kind));
    choice.counted?.set(text, counts);
    return counts;
  };
  const columns = kinds.map(() => new Map<number, number>());
  const holders: number[] = [];
  const lastHolder: number[] = [];
  const counted = texts.map(countAll);
  const textsWith = countTexts(counted, kinds.length);
  // Texts are gone through label by label, so that "the label before" is enough to count a feature's labels.
  const groups: (readonly [group: number, text: number])[] =
    choice.rareBy === 'texts'
      ? texts.map((_, text) => [text, text])
      : labels
          .flatMap((ofText, text) => ofText.map((label) => [label, text] as const))
          .toSorted((a, b) => a[0] - b[0]);
  for (const [group, text] of groups) {
    counted[text]?.forEach((counts, kind) => {
      for (const feature of counts.keys()) {
        if ((textsWith[kind]?.get(feature) ?? 0) < choice.fewestTexts) continue;
        let column = columns[kind]?.get(feature);
        if (column === undefined) {
          column = holders.push(0) - 1;
          lastHolder.push(-1);
          columns[kind]?.set(feature, column);
        }
        if (lastHolder[column] === group) continue;
        lastHolder[column] = group;
        holders[column] = (holders[column] ?? 0) + 1;
      }
    });
  }
  const total = new Set(groups.map(([group]) => group)).size;
  const rarity = Float32Array.from(holders, (held) => Math.log((1 + total) / (1 + held)) + 1);
  const weights = kinds.map(([, weight]) => weight);
  const vector = (counts: Counted): SparseVector => weigh(counts, columns, rarity, weights);
  return {
    size: holders.length,
    rows: counted.map(vector),
    vectorOf: (text) => vector(countAll(text)),
  };
}

/** In how many texts each feature stands, by kind. */
function countTexts(counted: readonly Counted[], kinds: number): Map<number, number>[] {
  const texts = Array.from({ length: kinds }, () => new Map<number, number>());
  for (const ofText of counted) {
    ofText.forEach((counts, kind) => {
      const ofKind = texts[kind];
      for (const feature of counts.keys()) ofKind?.set(feature, (ofKind.get(feature) ?? 0) + 1);
    });
  }
  return texts;
}

function weigh(
  counted: Counted,
  columns: readonly ReadonlyMap<number, number>[],
  rarity: Float32Array,
  weights: readonly number[],
): SparseVector {
  const found: number[] = [];
  const values: number[] = [];
  let whole = 0;
  counted.forEach((counts, kind) => {
    const start = values.length;
    let squares = 0;
    for (const [feature, times] of counts) {
      const column = columns[kind]?.get(feature);
      if (column === undefined) continue;
      const value = (1 + Math.log(times)) * (rarity[column] ?? 0);
      squares += value * value;
      found.push(column);
      values.push(value);
    }
    const weight = weights[kind] ?? 0;
    if (squares > 0) whole += weight * weight;
    for (let at = start; at < values.length; at += 1)
      values[at] = ((values[at] ?? 0) * weight) / Math.sqrt(squares);
  });
  const length = Math.sqrt(whole) || 1;
  return { columns: Int32Array.from(found), values: Float32Array.from(values, (value) => value / length) };
}
