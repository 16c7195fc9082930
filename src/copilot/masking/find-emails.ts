import type { Span } from './span.ts';

// Scripts written without spaces stand directly before and after an address; they belong to it only where they touch its "@".
const spaceless =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const localCharacter = /[\p{L}\p{M}\p{N}._%+'’&-]/u;
const domainCharacter = /[\p{L}\p{M}\p{N}.-]/u;
const longestLocal = 64;
const longestDomain = 253;

/** E-mail addresses, also `%40` in a link. Looks outwards from each "@", so the time is that of the text's length. */
export function findEmails(text: string): Span[] {
  const spans: Span[] = [];
  for (const { index, 0: sign } of text.matchAll(/@|%40/g)) {
    const floor = spans.at(-1)?.end ?? 0;
    const start = startOfLocal(text, index, floor);
    const end = endOfDomain(text, index + sign.length);
    if (start < index && end > index + sign.length) spans.push({ start, end, type: 'email', label: 'EMAIL' });
  }
  return spans;
}

function startOfLocal(text: string, at: number, floor: number): number {
  const touches = spaceless.test(text[at - 1] ?? '');
  let start = at;
  while (start > floor && at - start < longestLocal) {
    const character = text[start - 1] ?? '';
    if (!localCharacter.test(character) || spaceless.test(character) !== touches) break;
    start -= 1;
  }
  while (start < at && /[.'’%+&-]/.test(text[start] ?? '')) start += 1;
  return start;
}

function endOfDomain(text: string, from: number): number {
  const touches = spaceless.test(text[from] ?? '');
  let end = from;
  while (end < text.length && end - from < longestDomain) {
    const character = text[end] ?? '';
    if (!domainCharacter.test(character) || (!touches && spaceless.test(character))) break;
    end += 1;
  }
  while (end > from && /[.-]/.test(text[end - 1] ?? '')) end -= 1;
  const domain = text.slice(from, end);
  const dot = domain.lastIndexOf('.');
  const top = /^(?:xn--[a-z0-9-]+|\p{L}[\p{L}\p{M}]+)/iu.exec(domain.slice(dot + 1))?.[0];
  return dot <= 0 || top === undefined ? from : from + dot + 1 + top.length;
}
