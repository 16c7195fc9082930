import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { meaningOf } from './phone-words.ts';
import type { Span } from './span.ts';

export interface PhoneHints {
  /** Countries whose numbers count without a word beside them. */
  readonly regions: readonly string[];
  /** Digits of numbers found in this call: they count wherever they stand. Found ones are added. */
  readonly known: Set<string>;
}

/** Where numbers written in their usual form are recognised when the subscription names no country. */
const usualRegions = [
  'US',
  'GB',
  'DE',
  'FR',
  'ES',
  'IT',
  'NL',
  'AT',
  'CH',
  'BE',
  'PL',
  'PT',
  'IE',
  'AU',
  'BA',
  'HR',
];
const fewestDigits = 7;
const mostDigits = 15;
const extension = /^,?\s?(?:x|ext\.?|extension|durchwahl|dw)\s?\.?:?\s?\d{1,5}(?![\p{L}\p{N}])/iu;
const unitAfter =
  /^(?:[:,]\d|\s?(?:[%€$£¥°]|eur|usd|gbp|chf|km|kg|mb|gb|kb|ml|cm|mm|ms|pcs|points?|times|miles|followers|views)(?![\p{L}\p{N}]))/iu;

/**
 * Phone numbers: with a country code or in the usual form of a country as libphonenumber knows them, and any number of
 * fitting length that the words beside it call a phone number. Order numbers, dates and amounts are none.
 */
export function findPhones(text: string, hints: PhoneHints): Span[] {
  const spans: Span[] = [];
  for (const { index, 0: run } of text.matchAll(/(?:\+|\(\+?)?\d[\d ()./-]*/g)) {
    if (run.length < fewestDigits) continue;
    for (const piece of piecesOf(run)) {
      const start = index + piece.at;
      const end = start + piece.text.length;
      if (!isPhone(text, start, piece.text, hints)) continue;
      const more = extension.exec(text.slice(end, end + 24))?.[0].length ?? 0;
      spans.push({ start, end: end + more, type: 'phone', label: 'PHONE' });
      hints.known.add(digitsOf(piece.text));
    }
  }
  return spans;
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** Numbers that stand in one run, such as "030 123456 / 0171 1234567" or "12.11.2026 - 030 123456". */
function piecesOf(run: string): { readonly at: number; readonly text: string }[] {
  const pieces: { at: number; text: string }[] = [];
  let at = 0;
  for (const part of run.split(/( {2,}| ?\/ | [/-] | - ?)/)) {
    const text = trimmed(part);
    if (digitsOf(text).length >= fewestDigits) pieces.push({ at: at + part.indexOf(text), text });
    at += part.length;
  }
  return pieces;
}

/** Without what the run has beyond the number: punctuation, an open bracket, a count after a complete number. */
function trimmed(part: string): string {
  let text = part.replace(/^[ ./)-]+/, '').replace(/[ ./(-]+$/, '');
  if (/^\([^)]*$/.test(text)) text = text.slice(1);
  if (/^[^(]*\)$/.test(text)) text = text.slice(0, -1);
  // "905-674-3793 12": the digits after another kind of gap belong to something else.
  return /^(\+?\d{1,4}[-.]\d{2,4}[-.]\d{3,4}(?:[-.]\d{2,4})?) \d{1,3}(?:\/\d+)?$/.exec(text)?.[1] ?? text;
}

function isPhone(text: string, start: number, number: string, hints: PhoneHints): boolean {
  const digits = digitsOf(number);
  const end = start + number.length;
  if (digits.length > mostDigits || /^(\d)\1+$/.test(digits) || !standsAlone(text, start, end)) return false;
  if (hints.known.has(digits)) return true;
  if (isDate(number) || unitAfter.test(text.slice(end, end + 12))) return false;
  if (/^\(?\+/.test(number) && parsePhoneNumberFromString(number)?.isPossible() === true) return true;
  const { meaning, isLabel } = meaningOf(text, start, end);
  if (meaning === 'phone') return true;
  // "Order 877-399-3086" is an order; "our accounts team at 877-399-3086" is not.
  if (meaning === 'other' && (isLabel || !hasUsualForm(number))) return false;
  if (/^00[1-9]/.test(digits))
    return parsePhoneNumberFromString(`+${digits.slice(2)}`)?.isPossible() ?? false;
  if (hints.regions.length > 0) return digits.length > 7 && isValidIn(number, hints.regions);
  return isGrouped(number) || (hasUsualForm(number) && isValidIn(number, usualRegions));
}

/** Not part of a word, a code, a link, an amount or a longer number. */
function standsAlone(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 2), start);
  if (
    /[\p{L}\p{N}_#@$€£¥=]$/u.test(before) &&
    !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(before)
  )
    return false;
  if (/[\p{L}\p{N}][-./_,:]$/u.test(before) && !/(?:\p{L}[:.,]|\\,)$/u.test(before)) return false;
  const after = text.slice(end, end + 2);
  if (
    /^[\p{L}\p{N}_@]/u.test(after) &&
    !extension.test(text.slice(end, end + 24)) &&
    !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(after)
  )
    return false;
  const word = /\S*$/.exec(text.slice(Math.max(0, start - 200), start))?.[0] ?? '';
  return !/:\/\/|www\./i.test(word) || /(?:tel:|wa\.me\/)\+?$/i.test(word);
}

function isDate(number: string): boolean {
  const parts = /^(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})(?:\s+\d{1,4})?$/.exec(number);
  if (parts === null) return /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(number);
  const [first, middle, last] = [Number(parts[1]), Number(parts[3]), Number(parts[4])];
  const day = first > 31 ? last : first;
  const year = first > 31 ? first : last;
  return (
    Math.max(day, middle) <= 31 && Math.min(day, middle) <= 12 && (year < 100 || (year > 1900 && year < 2100))
  );
}

/** Written as people write phone numbers: in at least two groups, with a trunk zero, an area code in brackets or as 3-3-4. */
function hasUsualForm(number: string): boolean {
  if (/^(?:1[-. ])?\(?[2-9]\d{2}\)?[-. ]{1,2}?[2-9]\d{2}[-. ]\d{4}$/.test(number)) return true;
  return /^\(?0\d/.test(number) && /\d[ ()./-]+\d/.test(number) && digitsOf(number).length >= 9;
}

/** Three groups or more of two to four digits; 3-2-4 is a social security number. */
function isGrouped(number: string): boolean {
  const groups = number.split(/[ ()./-]+/).filter((group) => group !== '');
  const digits = digitsOf(number).length;
  return (
    groups.length >= 3 &&
    digits >= 9 &&
    digits <= 12 &&
    groups.every(({ length }) => length >= 2 && length <= 4) &&
    !/^\d{3}-\d{2}-\d{4}$/.test(number)
  );
}

function isValidIn(number: string, regions: readonly string[]): boolean {
  return regions.some(
    (region) => parsePhoneNumberFromString(number, region as CountryCode)?.isValid() === true,
  );
}
