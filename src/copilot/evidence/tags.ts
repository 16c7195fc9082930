import { Corpus } from '../classify/corpus.ts';
import { fitLogistic, type Outcome } from '../classify/logistic.ts';
import { nearestOf } from '../classify/nearest.ts';
import { RowIndex } from '../classify/row-index.ts';
import { seededOrder } from '../classify/seeded-order.ts';
import { trainOneVersusRest } from '../classify/svm.ts';
import { fewestTexts, fitFeatures } from '../classify/tfidf.ts';

export interface TaggedText {
  readonly text: string;
  readonly tags: readonly string[];
}

export interface TagSuggestion {
  readonly tag: string;
  /** Probability, 0 to 1, that the tag belongs to the text; learned from the tagged texts themselves. */
  readonly score: number;
  /** Indices of up to three tagged texts that carry the tag, most alike first. */
  readonly carriers: readonly number[];
}

export interface Tagger {
  /** The tags that probably belong to the text, best first; never one that a single text carries. */
  suggest(text: string): TagSuggestion[];
}

const folds = 3;
const neighbours = 12;
const shownCarriers = 3;
const likely = 0.45;
// What one text alone carries is its own affair.
const fewestCarriers = 2;

interface TagSignals {
  /** Two numbers a tag: how far on the "yes" side a linear machine puts the text, and the tag's share among the nearest texts. */
  readonly signals: readonly (readonly [number, number])[];
  readonly similarities: Float32Array;
}

/**
 * Learns which tags go with which texts, from the tagged texts given: some dozen similar tickets, or thousands. A tag need not stand
 * on its own, a text may have any number. Trained within the call, for one answer or many; holds the texts' features only in memory.
 * @param corpus the texts as counted before, if they were
 */
export function trainTagger(
  texts: readonly TaggedText[],
  corpus = new Corpus(
    texts.map(({ text }) => text),
    ['words', 'pairs', 'characters'],
  ),
): Tagger {
  const carried = Map.groupBy(
    texts.flatMap((text) => [...new Set(text.tags)]),
    (tag) => tag,
  );
  const tags = [...carried].flatMap(([tag, all]) => (all.length >= fewestCarriers ? [tag] : [])).toSorted();
  const place = new Map(tags.map((tag, index) => [tag, index]));
  const labels = texts.map((text) => text.tags.flatMap((tag) => place.get(tag) ?? []));
  const probability = learnProbability(texts, labels, tags.length, corpus);
  const read = trainSignals(texts, labels, tags.length, corpus);
  return {
    suggest(text) {
      const { signals, similarities } = read(text);
      return signals
        .map((ofTag, label) => ({ label, score: probability(ofTag) }))
        .filter(({ score }) => score >= likely)
        .toSorted((a, b) => b.score - a.score)
        .map(({ label, score }) => ({
          tag: tags[label] ?? '',
          score,
          carriers: nearestOf(
            similarities,
            (index) => labels[index]?.includes(label) === true,
            shownCarriers,
          ),
        }));
    },
  };
}

function trainSignals(
  texts: readonly TaggedText[],
  labels: readonly (readonly number[])[],
  tagCount: number,
  corpus: Corpus,
  closed = false,
): (text: string) => TagSignals {
  const space = fitFeatures(
    texts.map(({ text }) => text),
    labels,
    {
      kinds: { words: 1, pairs: 0.4, characters: 0.7 },
      rareBy: 'texts',
      fewestTexts: fewestTexts(texts.length),
      corpus,
      closed,
    },
  );
  const index = new RowIndex(space.rows, space.size);
  const machines = trainOneVersusRest(index, labels, tagCount);
  return (text) => {
    const vector = space.vectorOf(text);
    const similarities = index.similar(vector);
    const shares = new Float64Array(tagCount);
    let whole = 0;
    for (const near of nearestOf(similarities, () => true, neighbours)) {
      const weight = (similarities[near] ?? 0) ** 3;
      whole += weight;
      for (const label of labels[near] ?? []) shares[label] = (shares[label] ?? 0) + weight;
    }
    const margins = machines(vector);
    return {
      similarities,
      signals: Array.from(margins, (margin, label) => [margin, (shares[label] ?? 0) / (whole || 1)] as const),
    };
  };
}

/** Holds a third of the texts out at a time, and learns from them what the signals of a tag are worth. */
function learnProbability(
  texts: readonly TaggedText[],
  labels: readonly (readonly number[])[],
  tagCount: number,
  corpus: Corpus,
): (signals: readonly number[]) => number {
  const outcomes: Outcome[] = [];
  const order = seededOrder(texts.length, 1);
  for (let fold = 0; fold < folds; fold += 1) {
    const held = new Set(order.filter((_, at) => at % folds === fold));
    const kept = texts.flatMap((_, index) => (held.has(index) ? [] : [index]));
    const read = trainSignals(
      kept.flatMap((index) => texts[index] ?? []),
      kept.map((index) => labels[index] ?? []),
      tagCount,
      corpus,
      true,
    );
    for (const index of held) {
      read(texts[index]?.text ?? '').signals.forEach((signals, label) => {
        outcomes.push({ signals, right: labels[index]?.includes(label) === true, weight: 1 });
      });
    }
  }
  return fitLogistic(outcomes);
}
