import { expect, test } from 'vitest';
import { splitMasked, withPrompt } from './sent-prompts.ts';

test('splitMasked finds the tokens of masked values and nothing else', () => {
  expect(splitMasked('To [EMAIL_1_K7Q4], see [1] and [NOTE_A_K7Q4].')).toEqual([
    { text: 'To ', masked: false },
    { text: '[EMAIL_1_K7Q4]', masked: true },
    { text: ', see [1] and [NOTE_A_K7Q4].', masked: false },
  ]);
  expect(splitMasked('[PHONE_2_ABCD]')).toEqual([{ text: '[PHONE_2_ABCD]', masked: true }]);
});

test('withPrompt keeps the newest of each feature', () => {
  const at = new Date(0);
  const first = { feature: 'ask', system: 's', user: 'one', at } as const;
  const second = { feature: 'ask', system: 's', user: 'two', at } as const;
  const other = { feature: 'suggest-reply', system: 's', user: 'three', at } as const;
  expect(withPrompt([other, first], second)).toEqual([second, other]);
});
