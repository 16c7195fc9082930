import { addressesIn, allowedLinks } from './addresses.ts';
import { linksIn } from './clean-text.ts';

const placeholders =
  /\{\{[^{}]{1,200}\}\}|\{[a-zA-Z_][\w.]{0,60}\}|%\(?[a-zA-Z_]*\)?[sd]\b|<[A-Z][A-Z_ ]{1,40}>|\[[A-Z][^\]\n]{0,60}\]/g;
const numbers = /\d+(?:[.,:/-]\d+)*/g;
const tags = /<\/?([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>/g;

/** Arabic-Indic and full-width digits count as the digits they show. */
const plainDigits = (text: string): string =>
  text.replace(/[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (digit) =>
    String(((digit.codePointAt(0) ?? 0) % 16) % 10),
  );

const numberKeys = (text: string): string[] =>
  (plainDigits(text).match(numbers) ?? []).map((number) => number.replace(/[^\d]/g, ''));
const tagNames = (html: string): string[] =>
  [...html.matchAll(tags)].map(
    (match) => `${match[0].startsWith('</') ? '/' : ''}${(match[1] ?? '').toLowerCase()}`,
  );

function missingFrom(wanted: readonly string[], present: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const item of present) left.set(item, (left.get(item) ?? 0) + 1);
  return [...new Set(wanted)].filter((item) => (left.get(item) ?? 0) === 0);
}

export type LostPart = 'a link' | 'a placeholder' | 'a number' | 'the HTML structure' | 'an added link';

/** What a rewrite lost or added that it must not: links, placeholders, numbers, and in HTML the structure. */
export function lostParts(
  before: string,
  after: string,
  options: { readonly html: boolean; readonly mayRestructure: boolean },
): LostPart[] {
  const lost: LostPart[] = [];
  const linksBefore = linksIn(before);
  if (missingFrom(linksBefore, linksIn(after)).length > 0) lost.push('a link');
  if (addsAddress(before, after)) lost.push('an added link');
  if (missingFrom(before.match(placeholders) ?? [], after.match(placeholders) ?? []).length > 0)
    lost.push('a placeholder');
  const withoutLinks = (text: string): string =>
    linksIn(text).reduce((rest, link) => rest.replaceAll(link, ' '), text);
  if (missingFrom(numberKeys(withoutLinks(before)), numberKeys(after)).length > 0) lost.push('a number');
  if (addsTag(before, after) || (options.html && !sameStructure(before, after, options.mayRestructure)))
    lost.push('the HTML structure');
  return lost;
}

const images = /!\[[^\]]*\]/g;

function addsAddress(before: string, after: string): boolean {
  const isKnown = allowedLinks([before]);
  return (
    addressesIn(after).some(({ text }) => !isKnown(text)) ||
    missingFrom(after.match(images) ?? [], before.match(images) ?? []).length > 0
  );
}

const wholeTags = /<[/!?]?[a-zA-Z][^<>]*(?:>|$)/g;
const bareTag = /^<\/?[a-zA-Z][a-zA-Z0-9]*\s*\/?>$/;

/** A tag with attributes that the text before had not: it may fetch or run something. In plain text any tag is one. */
function addsTag(before: string, after: string): boolean {
  const known: readonly string[] = before.match(wholeTags) ?? [];
  const isHtml = known.some((tag) => bareTag.test(tag));
  return (after.match(wholeTags) ?? []).some((tag) => !known.includes(tag) && !(isHtml && bareTag.test(tag)));
}

function sameStructure(before: string, after: string, mayRestructure: boolean): boolean {
  const [namesBefore, namesAfter] = [tagNames(before), tagNames(after)];
  if (!mayRestructure) return namesBefore.join(' ') === namesAfter.join(' ');
  // Shorter or longer text may drop or repeat paragraphs and items, but brings no new kind of element.
  return missingFrom(namesAfter, [...namesBefore, 'p', '/p', 'br']).length === 0;
}
