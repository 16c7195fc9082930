import { conceptsOf } from '../ranking/concepts.ts';
import type { Tokens } from './tokens.ts';

/**
 * Kinds of features, each weighed and normalised by itself:
 * `words` are stems and pairs of neighbouring stems, `pairs` two telling words that stand near each other in either order,
 * `characters` pieces of 3 to 5 characters within a word (they bridge endings, compounds and typing errors),
 * `concepts` what common words of customer service mean, across languages.
 */
export type FeatureKind = 'words' | 'pairs' | 'characters' | 'concepts';

/** How often each feature occurs, by its hash. */
export type FeatureCounts = Map<number, number>;

const pairDistance = 12;
const pieceLengths = [3, 4, 5];

// FNV-1a over UTF-16 units: numbers are quicker to look up than pieces of text, and keep none of it.
function hash(text: string, seed: number, from = 0, to = text.length): number {
  let value = 2_166_136_261 ^ seed;
  for (let at = from; at < to; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 16_777_619);
  return value | 0;
}

function count(counts: FeatureCounts, feature: number): void {
  counts.set(feature, (counts.get(feature) ?? 0) + 1);
}

function countWords(stems: readonly string[], counts: FeatureCounts): void {
  stems.forEach((word, at) => {
    count(counts, hash(word, 1));
    const next = stems[at + 1];
    if (next !== undefined) count(counts, hash(`${word} ${next}`, 2));
  });
}

function countPairs(content: readonly string[], counts: FeatureCounts): void {
  const words = [...new Set(content)];
  words.forEach((word, at) => {
    for (const other of words.slice(at + 1, at + 1 + pairDistance)) {
      count(counts, hash(word < other ? `${word}&${other}` : `${other}&${word}`, 3));
    }
  });
}

function countConcepts(content: readonly string[], counts: FeatureCounts): void {
  for (const concept of conceptsOf(content)) count(counts, hash(concept, 5));
}

function countPieces(words: readonly string[], counts: FeatureCounts): void {
  for (const word of words) {
    const padded = ` ${word} `;
    for (const length of pieceLengths) {
      if (padded.length <= length) {
        count(counts, hash(padded, 4));
        break;
      }
      for (let at = 0; at + length <= padded.length; at += 1) count(counts, hash(padded, 4, at, at + length));
    }
  }
}

export function featureCounts(tokens: Tokens, kind: FeatureKind): FeatureCounts {
  const counts: FeatureCounts = new Map();
  if (kind === 'words') countWords(tokens.stems, counts);
  else if (kind === 'pairs') countPairs(tokens.content, counts);
  else if (kind === 'concepts') countConcepts(tokens.content, counts);
  else countPieces(tokens.words, counts);
  return counts;
}
