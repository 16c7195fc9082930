import { Corpus, type CountedKind, type CountedText } from './corpus.ts';
import type { FeatureKind } from './features.ts';

/** Numbers that are mostly zero: `values[k]` stands in column `columns[k]`. */
export interface SparseVector {
  readonly columns: Int32Array;
  readonly values: Float32Array;
  /** Squared length of what it has besides, in columns that no other vector has; 0 when all is written down. */
  readonly besides: number;
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
  /** These texts and more, counted with the same kinds, for those who weigh the same texts several times. */
  readonly corpus?: Corpus | undefined;
  /** Only texts of the corpus will be compared. What a text has alone then only makes it longer, and is not written down. */
  readonly closed?: boolean | undefined;
}

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

/** The vocabulary of some texts as TF-IDF: logarithm of how often, times rarity; each kind of feature is normalised apart. */
export function fitFeatures(
  texts: readonly string[],
  labels: readonly (readonly number[])[],
  choice: FeatureChoice = usual(labels),
): FeatureSpace {
  const kinds = Object.keys(choice.kinds) as FeatureKind[];
  const corpus = choice.corpus ?? new Corpus(texts, kinds);
  const weights = corpus.kinds.map((kind) => choice.kinds[kind] ?? 0);
  const isClosed = choice.closed === true && choice.rareBy === 'texts' && choice.fewestTexts <= 1;
  const featuresOf = ({ features, shared }: CountedKind): Int32Array =>
    isClosed ? features.subarray(0, shared) : features;
  const counted = texts.map((text) => corpus.of(text));
  const known = isClosed ? corpus.sharedSize : corpus.size;
  const textsWith = new Int32Array(known);
  for (const text of counted)
    text.forEach((kind, at) => {
      if (weights[at] === 0) return;
      for (const feature of featuresOf(kind)) textsWith[feature] = (textsWith[feature] as number) + 1;
    });
  const groups = choice.rareBy === 'texts' ? undefined : groupsOf(labels);
  const holders = groups === undefined ? textsWith : countGroups(counted, groups, known);
  const total = groups === undefined ? texts.length : new Set(groups.map(([group]) => group)).size;
  const rarities = Float32Array.from(
    { length: total + 1 },
    (_, held) => Math.log((1 + total) / (1 + held)) + 1,
  );
  const columnOf = new Int32Array(known).fill(-1);
  const rarity = new Float32Array(known);
  let size = 0;
  for (let feature = 0; feature < known; feature += 1) {
    const held = holders[feature] as number;
    if (held === 0 || (textsWith[feature] as number) < choice.fewestTexts) continue;
    columnOf[feature] = size;
    // Two kinds may, very rarely, have a hash in common.
    rarity[size] = rarities[Math.min(held, total)] as number;
    size += 1;
  }
  const vector = (text: CountedText, isRow: boolean): SparseVector =>
    weigh(text, featuresOf, columnOf, rarity, weights, isRow && isClosed ? (rarities[1] ?? 0) : 0);
  return {
    size,
    rows: counted.map((text) => vector(text, true)),
    vectorOf: (text) => vector(corpus.of(text), false),
  };
}

type Groups = readonly (readonly [group: number, text: number])[];

/** Each label with its texts, label by label, so that "the label before" is enough to count a feature's labels. */
const groupsOf = (labels: readonly (readonly number[])[]): Groups =>
  labels
    .flatMap((ofText, text) => ofText.map((label) => [label, text] as const))
    .toSorted((a, b) => a[0] - b[0]);

/** In how many groups each feature stands. */
function countGroups(counted: readonly CountedText[], groups: Groups, size: number): Int32Array {
  const holders = new Int32Array(size);
  const lastHolder = new Int32Array(size).fill(-1);
  for (const [group, text] of groups) {
    for (const { features } of counted[text] ?? [])
      for (const feature of features) {
        if (lastHolder[feature] === group) continue;
        lastHolder[feature] = group;
        holders[feature] = (holders[feature] as number) + 1;
      }
  }
  return holders;
}

function weigh(
  text: CountedText,
  featuresOf: (kind: CountedKind) => Int32Array,
  columnOf: Int32Array,
  rarity: Float32Array,
  weights: readonly number[],
  rarityAlone: number,
): SparseVector {
  const most = text.reduce((sum, kind) => sum + featuresOf(kind).length, 0);
  const columns = new Int32Array(most);
  const values = new Float32Array(most);
  let filled = 0;
  let whole = 0;
  let besides = 0;
  text.forEach((kind, at) => {
    const weight = weights[at] ?? 0;
    if (weight === 0) return;
    const features = featuresOf(kind);
    const { amounts } = kind;
    const start = filled;
    const alone = kind.aloneSquares * rarityAlone * rarityAlone;
    let squares = alone;
    for (let each = 0; each < features.length; each += 1) {
      const column = columnOf[features[each] as number] as number;
      if (column < 0) continue;
      const value = (amounts[each] as number) * (rarity[column] as number);
      squares += value * value;
      columns[filled] = column;
      values[filled] = value;
      filled += 1;
    }
    if (squares === 0) return;
    whole += weight * weight;
    besides += (alone * weight * weight) / squares;
    scale(values, start, filled, weight / Math.sqrt(squares));
  });
  scale(values, 0, filled, 1 / (Math.sqrt(whole) || 1));
  return {
    columns: columns.subarray(0, filled),
    values: values.subarray(0, filled),
    besides: besides / (whole || 1),
  };
}

function scale(values: Float32Array, from: number, to: number, by: number): void {
  for (let at = from; at < to; at += 1) values[at] = (values[at] as number) * by;
}
