import { writtenTerms } from '../../kernel/text/words.ts';

export interface MatchingExample {
  /** Index into the examples compared. */
  readonly index: number;
  /** 0 to 1. */
  readonly similarity: number;
  /** The words of the text, as written there, that the example has too. */
  readonly words: readonly string[];
}

const shown = 3;
const shownWords = 8;

/** The examples most like a text, best first, with what they share; those that share nothing are left out. */
export function matchingExamples(
  text: string,
  examples: readonly { readonly index: number; readonly text: string; readonly similarity: number }[],
): MatchingExample[] {
  const written = new Map<string, string>();
  for (const term of writtenTerms(text)) if (!written.has(term.term)) written.set(term.term, term.written);
  return examples
    .filter(({ similarity }) => similarity > 0)
    .toSorted((a, b) => b.similarity - a.similarity)
    .slice(0, shown)
    .map(({ index, similarity, text: example }) => {
      const terms = new Set(writtenTerms(example).map(({ term }) => term));
      const words = [...written].filter(([term]) => terms.has(term)).map(([, word]) => word);
      return { index, similarity, words: words.slice(0, shownWords) };
    });
}
