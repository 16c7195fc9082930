import { pooledRandom } from '../../kernel/random.ts';

const nonceLetters = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

/** Four letters for the placeholders of one call: text in the data cannot know them, so it cannot pass for a placeholder. */
export const newNonce = (): string =>
  [...pooledRandom(4)].map((byte) => nonceLetters[byte % nonceLetters.length]).join('');

/** What the model reads instead of a value. */
export const placeholderFor = (label: string, number: number, nonce: string): string =>
  `[${label}_${number}_${nonce}]`;

/** More than the longest placeholder, with every backslash a model may add. */
export const placeholderReach = 64;

/** Finds the placeholders of a call, also with Markdown's or JSON's backslashes or without the brackets; label and number are groups 1 and 2, or 3 and 4. */
export function placeholderPattern(nonce: string): RegExp {
  const core = `([A-Z][A-Z0-9]{1,23})\\\\{0,2}_(\\d{1,6})\\\\{0,2}_${nonce}`;
  return new RegExp(`\\\\{0,2}\\[${core}\\\\{0,2}\\]|${core}`, 'g');
}

/** Matches the end of a text as far back as it could become a placeholder; always matches, at the end when there is nothing. */
export function beginningPattern(nonce: string): RegExp {
  const steps = [
    '\\\\{0,2}\\[?',
    '[A-Z][A-Z0-9]{0,23}',
    '\\\\{0,2}',
    '_',
    '\\d{1,6}',
    '\\\\{0,2}',
    '_',
    ...nonce,
  ];
  const nested = steps.reduceRight((rest, step) => `${step}(?:${rest})?`, '\\\\{0,2}');
  return new RegExp(`(?:${nested})$`);
}
