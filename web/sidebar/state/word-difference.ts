import { diffWordsWithSpace } from 'diff';

/** A run of words that stayed, came or went. */
export interface DifferencePart {
  readonly kind: 'same' | 'inserted' | 'deleted';
  readonly text: string;
}

/** Longest comparing time in milliseconds; past it the new text is shown unmarked. */
const patience = 300;

/** What changed from one text to another, word by word; null when comparing takes too long. */
export function wordDifference(before: string, after: string): readonly DifferencePart[] | null {
  const changes = diffWordsWithSpace(before, after, { timeout: patience });
  if (changes === undefined) return null;
  return changes.map(({ added, removed, value }) => ({
    kind: added ? 'inserted' : removed ? 'deleted' : 'same',
    text: value,
  }));
}
