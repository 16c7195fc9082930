import { expect, it } from 'vitest';
import { wholeSentences } from './sentences.ts';

const shown = (text: string, language = 'en'): string => text.slice(0, wholeSentences(text, language));

it('shows whole sentences and whole lines, never the beginning of one', () => {
  expect(shown('Parcels arr')).toBe('');
  expect(shown('Parcels arrive. Exp')).toBe('Parcels arrive. ');
  expect(shown('It costs 9.50 eu')).toBe('');
  expect(shown('- Returns are free\n- You')).toBe('- Returns are free\n');
  expect(shown('小包は三日で届きます。速達は', 'ja')).toBe('小包は三日で届きます。');
  expect(shown('')).toBe('');
});
