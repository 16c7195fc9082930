import { isEverydayTerm } from './everyday-words.ts';

export interface Bm25Settings {
  /** How soon a repeated term stops adding (k1). */
  readonly saturation: number;
  /** How much a long document is discounted, 0 to 1 (b). */
  readonly lengthWeight: number;
  /** Power of a term's rarity: above 1, rare terms decide more. */
  readonly rarityPower: number;
  /** How often at most a term of the query counts. */
  readonly queryLimit: number;
}

const standard: Bm25Settings = { saturation: 1.2, lengthWeight: 0.75, rarityPower: 1, queryLimit: 3 };

/** Texts as term lists, ready to be scored against any number of queries. */
export interface TermIndex {
  readonly size: number;
  readonly averageLength: number;
  readonly lengths: readonly number[];
  /** Term → documents that hold it, with how often. */
  readonly postings: ReadonlyMap<string, readonly { readonly index: number; readonly count: number }[]>;
  /** Rarity (inverse document frequency) of each term of the documents. */
  readonly rarity: ReadonlyMap<string, number>;
}

export interface IndexOptions {
  /** Other texts of the same account, only to learn which terms are rare. Among ten texts alone, rarity is mostly chance. */
  readonly background?: readonly (readonly string[])[];
  /** Factor on the rarity of everyday terms (see `isEverydayTerm`); 1 leaves them as they are. */
  readonly everydayFactor?: number;
}

/** Inverse document frequency of a term that `holding` of `total` texts hold. */
export const rarityOf = (total: number, holding: number): number =>
  Math.log(1 + (total - holding + 0.5) / (holding + 0.5));

export function countTerms(list: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of list) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

export function indexTerms(documents: readonly (readonly string[])[], options: IndexOptions = {}): TermIndex {
  const { background = [], everydayFactor = 1 } = options;
  const postings = new Map<string, { index: number; count: number }[]>();
  documents.forEach((list, index) => {
    for (const [term, count] of countTerms(list)) {
      const posting = postings.get(term);
      if (posting === undefined) postings.set(term, [{ index, count }]);
      else posting.push({ index, count });
    }
  });
  const elsewhere = new Map<string, number>();
  for (const list of background)
    for (const term of new Set(list)) elsewhere.set(term, (elsewhere.get(term) ?? 0) + 1);
  const total = documents.length + background.length;
  const rarity = new Map<string, number>();
  for (const [term, posting] of postings) {
    const holding = posting.length + (elsewhere.get(term) ?? 0);
    const idf = rarityOf(total, holding);
    rarity.set(term, everydayFactor !== 1 && isEverydayTerm(term) ? idf * everydayFactor : idf);
  }
  const lengths = documents.map((list) => list.length);
  const averageLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length) || 1;
  return { size: documents.length, averageLength, lengths, postings, rarity };
}

/** Okapi BM25 of every document for the query, in the documents' order; 0 where no term is shared. */
export function scoreByBm25(
  index: TermIndex,
  query: readonly string[],
  settings: Partial<Bm25Settings> = {},
): Float64Array {
  const { saturation, lengthWeight, rarityPower, queryLimit } = { ...standard, ...settings };
  const scores = new Float64Array(index.size);
  for (const [term, inQuery] of countTerms(query)) {
    const rarity = index.rarity.get(term) ?? 0;
    const weight = Math.min(inQuery, queryLimit) * (rarityPower === 1 ? rarity : rarity ** rarityPower);
    for (const { index: document, count } of index.postings.get(term) ?? []) {
      const relativeLength = (index.lengths[document] ?? 0) / index.averageLength;
      const damped = count + saturation * (1 - lengthWeight + lengthWeight * relativeLength);
      scores[document] = (scores[document] ?? 0) + (weight * count * (saturation + 1)) / damped;
    }
  }
  return scores;
}

/** What the query would score against itself as a further document: the most that any document can be like it. */
export function ownScore(
  index: TermIndex,
  query: readonly string[],
  settings: Partial<Bm25Settings> = {},
): number {
  const { saturation, lengthWeight, rarityPower, queryLimit } = { ...standard, ...settings };
  const unseen = Math.log(1 + (index.size + 0.5) / 0.5);
  const base = saturation * (1 - lengthWeight + (lengthWeight * query.length) / index.averageLength);
  let score = 0;
  for (const [term, count] of countTerms(query)) {
    const rarity = (index.rarity.get(term) ?? unseen) ** rarityPower;
    score += (Math.min(count, queryLimit) * rarity * count * (saturation + 1)) / (count + base);
  }
  return score;
}

export interface Ranked {
  readonly index: number;
  readonly score: number;
  /** Share of the query's weight (by rarity) that this document covers, 0 to 1. */
  readonly coverage: number;
}

/** Okapi BM25 over documents given as term lists; best first, documents without any query term left out. */
export function rankByBm25(query: readonly string[], documents: readonly (readonly string[])[]): Ranked[] {
  const index = indexTerms(documents);
  const scores = scoreByBm25(index, query);
  const covered = new Float64Array(index.size);
  let queryWeight = 0;
  for (const [term, inQuery] of countTerms(query)) {
    const weight = (index.rarity.get(term) ?? 0) * Math.min(inQuery, standard.queryLimit);
    queryWeight += weight;
    for (const { index: document } of index.postings.get(term) ?? [])
      covered[document] = (covered[document] ?? 0) + weight;
  }
  return [...scores]
    .map((score, document) => ({
      index: document,
      score,
      coverage: queryWeight === 0 ? 0 : (covered[document] ?? 0) / queryWeight,
    }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.index - b.index);
}
