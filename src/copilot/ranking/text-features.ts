import { linksIn } from '../text/clean-text.ts';
import { terms } from '../../kernel/text/words.ts';
import { conceptsOf, type Concept } from './concepts.ts';

/** One support text as it is compared with others: four views of the same words. */
export interface TextFeatures {
  readonly words: readonly string[];
  /** Letters four by four within words: meets spelling mistakes, compounds and other endings. Numbers are left out: they match whole or not at all. */
  readonly grams: readonly string[];
  readonly meanings: readonly Concept[];
  /** Order numbers, error codes, amounts, dates, e-mail addresses, @handles, #tags and links, in one spelling. */
  readonly entities: readonly string[];
}

const gramLength = 4;
const entityPatterns: readonly RegExp[] = [
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /[@#]\w{3,}/g,
  /[$€£¥]\s?\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*\s?(?:€|£|\$|eur|usd|gbp|chf)(?![\p{L}\d])/giu,
  /(?<![\p{L}\d])\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?![\p{L}\d])/gu,
  // A code holds a digit: order, booking and model numbers, error codes, versions.
  /(?<![\p{L}\d@])(?=[\p{L}\d_-]*\d)[\p{L}\d]+(?:[-_.][\p{L}\d]+)*(?![\p{L}\d])/gu,
];

/** Whole values that identify something; a number of one or two digits alone does not. */
export function entitiesIn(text: string): string[] {
  const found = new Set<string>(linksIn(text).map((link) => link.replace(/\/$/, '').toLowerCase()));
  let rest = text.replace(/https?:\/\/\S+/g, ' ');
  for (const pattern of entityPatterns)
    rest = rest.replace(pattern, (match) => {
      const value = match.toLowerCase().replaceAll(/\s/g, '');
      if (value.length >= 3) found.add(value);
      return ' ';
    });
  return [...found];
}

/** "@VirginTrains" and "#poor_service" are read as the words they are made of. */
function splitHandles(text: string): string {
  return text.replace(/[@#](\w+)/g, (_, handle: string) =>
    handle.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll('_', ' '),
  );
}

function gramsOf(words: readonly string[]): string[] {
  return words
    .filter((word) => !/^\d+$/.test(word))
    .flatMap((word) => {
      const padded = `_${word}_`;
      return Array.from({ length: Math.max(0, padded.length - gramLength + 1) }, (_, at) =>
        padded.slice(at, at + gramLength),
      );
    });
}

export function readText(text: string): TextFeatures {
  const words = terms(splitHandles(text.replace(/https?:\/\/\S+/g, ' ')));
  return {
    words,
    grams: gramsOf(words),
    meanings: [...new Set(conceptsOf(words))],
    entities: entitiesIn(text),
  };
}
