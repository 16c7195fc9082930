import { wordDifference } from './word-difference.ts';

const letters = (text: string): number => text.replace(/\s+/g, '').length;

/** How much of a draft was changed before it was sent: percent of its letters, 0 to 100; 100 when comparing takes too long. */
export function changedShare(draft: string, sent: string): number {
  const parts = wordDifference(plain(draft), plain(sent));
  if (parts === null) return 100;
  const changed = parts.reduce((sum, { kind, text }) => sum + (kind === 'same' ? 0 : letters(text)), 0);
  return changed === 0
    ? 0
    : Math.min(100, Math.max(1, Math.round((100 * changed) / Math.max(1, letters(draft)))));
}

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();
