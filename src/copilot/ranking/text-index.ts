import {
  indexTerms,
  ownScore,
  scoreByBm25,
  type Bm25Settings,
  type TermIndex,
} from '../../kernel/text/bm25.ts';
import type { TextFeatures } from './text-features.ts';

/** How much each view of a text counts beside its words. */
export interface ViewWeights {
  readonly words: number;
  readonly grams: number;
  readonly meanings: number;
  readonly entities: number;
}

const views = ['words', 'grams', 'meanings', 'entities'] as const;
const settings: Partial<Bm25Settings> = { rarityPower: 1.3 };

export interface TextIndex {
  readonly byView: Readonly<Record<(typeof views)[number], TermIndex>>;
}

/** Texts ready to be ranked; `background` are texts of the same account that only teach which words are rare. */
export function indexTexts(
  texts: readonly TextFeatures[],
  background: readonly TextFeatures[] = [],
  everydayFactor = 1,
): TextIndex {
  const index = (view: (typeof views)[number]): TermIndex =>
    indexTerms(
      texts.map((text) => text[view]),
      {
        background: background.map((text) => text[view]),
        everydayFactor: view === 'words' ? everydayFactor : 1,
      },
    );
  return {
    byView: {
      words: index('words'),
      grams: index('grams'),
      meanings: index('meanings'),
      entities: index('entities'),
    },
  };
}

/** How well each indexed text matches the query: weighted sum of BM25 over the views, in the order of the texts. */
export function scoreTexts(index: TextIndex, query: TextFeatures, weights: ViewWeights): Float64Array {
  const total = new Float64Array(index.byView.words.size);
  for (const view of views) {
    if (weights[view] === 0) continue;
    const scores = scoreByBm25(index.byView[view], query[view], settings);
    for (const [at, score] of scores.entries()) total[at] = (total[at] ?? 0) + weights[view] * score;
  }
  return total;
}

/** The score of a text that says just what the query says; divides a score into a share of 0 to about 1. */
export function fullScore(index: TextIndex, query: TextFeatures, weights: ViewWeights): number {
  return views.reduce(
    (sum, view) => sum + weights[view] * ownScore(index.byView[view], query[view], settings),
    0,
  );
}

const typicalSample = 100;

/**
 * What each indexed text scores on average against other texts (100 of them at most, evenly taken). A text that
 * resembles everything says little when it resembles the query. `scoreOf` gets a text and its place among the others.
 */
export function typicalScores(
  index: TextIndex,
  others: readonly TextFeatures[],
  scoreOf: (other: TextFeatures, place: number) => Float64Array,
): Float64Array {
  const total = new Float64Array(index.byView.words.size);
  const step = Math.max(1, Math.ceil(others.length / typicalSample));
  const sampled = Math.ceil(others.length / step);
  others.forEach((other, place) => {
    if (place % step !== 0) return;
    for (const [at, score] of scoreOf(other, place).entries()) total[at] = (total[at] ?? 0) + score / sampled;
  });
  return total;
}
