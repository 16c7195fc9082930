import { fold, isFunctionWord } from '../../../kernel/text/words.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
const writesWithoutSpaces = /\p{Script=Han}|\p{Script=Katakana}|\p{Script=Hiragana}|\p{Script=Thai}/u;

/** Words of a text as passages are compared by: folded, without function words; endings are kept, which finds better in documentation than stems. */
export function passageWords(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    if (isWordLike !== true) continue;
    const word = fold(segment);
    if (word.length < 2 && !/\d/.test(word) && !writesWithoutSpaces.test(word)) continue;
    if (!isFunctionWord(word)) words.push(word);
  }
  return words;
}
