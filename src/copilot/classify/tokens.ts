import { fold, isFunctionWord, stem } from '../../kernel/text/words.ts';

export interface Tokens {
  /** Every word, folded but otherwise as written. */
  readonly words: readonly string[];
  /** Every word by its stem. */
  readonly stems: readonly string[];
  /** The stems of the words that say what the text is about. */
  readonly content: readonly string[];
}

// "can't" and "cannot", "haven't" and "have not" are to meet; what is cut off otherwise ("I'm", "it's") says nothing.
const contractions: readonly (readonly [RegExp, string])[] = [
  [/\b(?:can't|cannot|cant)\b/g, 'can not'],
  [/\bwon't\b/g, 'will not'],
  [/\b(do|did|does|is|was|has|have|could|would|should)n'?t\b/g, '$1 not'],
  [/'(?:m|re|ve|ll|d|s)\b/g, ' '],
];
const longest = 12_000;

/** Cuts a text into the words it is classified by; of a long text its first 12,000 characters. */
export function tokensOf(text: string): Tokens {
  let folded = fold(text.slice(0, longest));
  for (const [pattern, replacement] of contractions) folded = folded.replace(pattern, replacement);
  const words: readonly string[] = folded.match(/[\p{L}\p{N}]+|[?!€$£%]/gu) ?? [];
  const stems = words.map(stem);
  return { words, stems, content: stems.filter((_, at) => !isFunctionWord(words[at] ?? '')) };
}
