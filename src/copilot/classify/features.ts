import { conceptsOf } from '../ranking/concepts.ts';
import type { Tokens } from './tokens.ts';

/**
 * Kinds of features, each weighed and normalised by itself:
 * `words` are stems and pairs of neighbouring stems, `pairs` two telling words that stand near each other in either order,
 * `characters` pieces of 3 to 5 characters within a word (they bridge endings, compounds and typing errors),
 * `concepts` what common words of customer service mean, across languages.
 */
export type FeatureKind = 'words' | 'pairs' | 'characters' | 'concepts';

const pairDistance = 12;
const pieceLengths = [3, 4, 5];

// FNV-1a over UTF-16 units: numbers are quicker to look up than pieces of text, and keep none of it.
function hash(text: string, seed: number, from = 0, to = text.length): number {
  let value = 2_166_136_261 ^ seed;
  for (let at = from; at < to; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 16_777_619);
  return value | 0;
}

type Meet = (feature: number) => void;

/** Of two hashes in their order. */
const together = (first: number, second: number, seed: number): number =>
  Math.imul(Math.imul(first ^ seed, 0x85eb_ca6b) ^ second, 0xc2b2_ae35) | 0;

function eachWord(stems: readonly string[], meet: Meet): void {
  let before: number | undefined;
  for (const word of stems) {
    const own = hash(word, 1);
    meet(own);
    if (before !== undefined) meet(together(before, own, 2));
    before = own;
  }
}

function eachPair(content: readonly string[], meet: Meet): void {
  const words = Array.from(new Set(content), (word) => hash(word, 3));
  for (let at = 0; at < words.length; at += 1) {
    const own = words[at] as number;
    const end = Math.min(words.length, at + 1 + pairDistance);
    for (let near = at + 1; near < end; near += 1) {
      const other = words[near] as number;
      meet(own < other ? together(own, other, 3) : together(other, own, 3));
    }
  }
}

function eachConcept(content: readonly string[], meet: Meet): void {
  for (const concept of conceptsOf(content)) meet(hash(concept, 5));
}

/** The `characters` of one word. */
export function piecesOf(word: string): number[] {
  const padded = ` ${word} `;
  const pieces: number[] = [];
  for (const length of pieceLengths) {
    if (padded.length <= length) {
      pieces.push(hash(padded, 4));
      break;
    }
    for (let at = 0; at + length <= padded.length; at += 1) pieces.push(hash(padded, 4, at, at + length));
  }
  return pieces;
}

/** Names each feature of one kind by its hash, as often as it stands in the text. */
export function eachFeature(tokens: Tokens, kind: Exclude<FeatureKind, 'characters'>, meet: Meet): void {
  if (kind === 'words') eachWord(tokens.stems, meet);
  else if (kind === 'pairs') eachPair(tokens.content, meet);
  else eachConcept(tokens.content, meet);
}
