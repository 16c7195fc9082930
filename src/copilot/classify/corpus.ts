import { eachFeature, type FeatureKind, piecesOf } from './features.ts';
import { tokensOf } from './tokens.ts';
import { Vocabulary } from './vocabulary.ts';

/** A text as its features of one kind. */
export interface CountedKind {
  /** Numbers of the features: first those that other texts of the corpus have too, then those that it has alone. */
  readonly features: Int32Array;
  /** One and the logarithm of how often each feature stands in the text. */
  readonly amounts: Float32Array;
  /** How many of the features other texts have. */
  readonly shared: number;
  /** Sum of the squared amounts of the features that it has alone. */
  readonly aloneSquares: number;
}

/** A text by kinds of features, in the order of the kinds of its corpus. */
export type CountedText = readonly CountedKind[];

/** Texts whose features are counted and numbered once, however often they are weighed afterwards. Lives no longer than the call it was made in. */
export class Corpus {
  readonly kinds: readonly FeatureKind[];
  /** How many features several of its texts have; these have the lowest numbers. */
  readonly sharedSize: number;
  readonly #vocabulary = new Vocabulary();
  /** From the order of meeting to the numbers by which features are known outside. */
  readonly #numbers: Int32Array;
  readonly #counted = new Map<string, CountedText>();
  /** By feature: the last reading that met it, and where it stands in that reading. */
  readonly #lastReading: number[] = [];
  readonly #place: number[] = [];
  #reading = 0;

  constructor(texts: readonly string[], kinds: readonly FeatureKind[]) {
    this.kinds = kinds;
    const pieces = new Map<string, readonly number[]>();
    const add = (hash: number): number => this.#vocabulary.add(hash);
    // Texts have many words in common: each is cut into pieces once.
    const addPieces = (word: string): readonly number[] => {
      const known = pieces.get(word);
      if (known !== undefined) return known;
      const numbers = piecesOf(word).map(add);
      pieces.set(word, numbers);
      return numbers;
    };
    const read = new Map<string, readonly Met[]>();
    for (const text of texts) if (!read.has(text)) read.set(text, this.#read(text, add, addPieces));
    const textsWith = new Int32Array(this.size);
    for (const text of texts)
      for (const { features } of read.get(text) ?? [])
        for (const feature of features) textsWith[feature] = (textsWith[feature] as number) + 1;
    this.#numbers = new Int32Array(this.size);
    let shared = 0;
    let alone = this.size;
    textsWith.forEach((held, feature) => {
      this.#numbers[feature] = held > 1 ? shared : (alone -= 1);
      if (held > 1) shared += 1;
    });
    this.sharedSize = shared;
    for (const [text, kindsOfText] of read)
      this.#counted.set(
        text,
        kindsOfText.map((met) => counted(met, this.#numbers, shared)),
      );
  }

  /** How many features its texts have. */
  get size(): number {
    return this.#vocabulary.size;
  }

  /** One of its texts, or another one, of which only features that its texts have are counted. */
  of(text: string): CountedText {
    const known = this.#counted.get(text);
    if (known !== undefined) return known;
    const find = (hash: number): number => this.#vocabulary.find(hash);
    return this.#read(text, find, (word) => piecesOf(word).map(find)).map((met) =>
      counted(met, this.#numbers, this.size),
    );
  }

  #read(
    text: string,
    numberOf: (hash: number) => number,
    piecesIn: (word: string) => readonly number[],
  ): readonly Met[] {
    const tokens = tokensOf(text);
    return this.kinds.map((kind): Met => {
      const features: number[] = [];
      const times: number[] = [];
      this.#reading += 1;
      const meet = (feature: number): void => {
        if (feature < 0) return;
        if (this.#lastReading[feature] === this.#reading) {
          const place = this.#place[feature] as number;
          times[place] = (times[place] as number) + 1;
          return;
        }
        this.#lastReading[feature] = this.#reading;
        this.#place[feature] = features.length;
        features.push(feature);
        times.push(1);
      };
      if (kind === 'characters') for (const word of tokens.words) for (const one of piecesIn(word)) meet(one);
      else eachFeature(tokens, kind, (hash) => meet(numberOf(hash)));
      return { features, times };
    });
  }
}

interface Met {
  readonly features: readonly number[];
  readonly times: readonly number[];
}

/** Features numbered below `sharedSize` come first. */
function counted({ features, times }: Met, numbers: Int32Array, sharedSize: number): CountedKind {
  const ordered = new Int32Array(features.length);
  const amounts = new Float32Array(features.length);
  let shared = 0;
  let alone = features.length;
  let aloneSquares = 0;
  for (let at = 0; at < features.length; at += 1) {
    const feature = numbers[features[at] as number] as number;
    const often = times[at] as number;
    const amount = often === 1 ? 1 : 1 + Math.log(often);
    const isShared = feature < sharedSize;
    if (!isShared) {
      alone -= 1;
      aloneSquares += amount * amount;
    }
    const place = isShared ? shared : alone;
    if (isShared) shared += 1;
    ordered[place] = feature;
    amounts[place] = amount;
  }
  return { features: ordered, amounts, shared, aloneSquares };
}
