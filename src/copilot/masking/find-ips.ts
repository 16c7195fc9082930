import ipaddr from 'ipaddr.js';
import type { Span } from './span.ts';

const four = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)/g;
const six = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;
const versionBefore = /(?:version|firmware|release|build|ver\.?|rev\.?)\s{0,2}:?\s{0,2}$/i;

/** IP addresses of both versions; what is called a version is none. */
export function findIps(text: string): Span[] {
  const spans: Span[] = [];
  const add = (start: number, value: string): void =>
    void spans.push({ start, end: start + value.length, type: 'ip', label: 'IP' });
  for (const { index, 0: value } of text.matchAll(four)) {
    const isAddress = value.split('.').every((part) => Number(part) <= 255);
    if (isAddress && !versionBefore.test(text.slice(Math.max(0, index - 14), index))) add(index, value);
  }
  for (const { index, 0: value } of text.matchAll(six)) {
    const groups = value.split(':').filter((group) => group !== '');
    // "a::b" is more often code than an address.
    const telling = groups.length > 2 || (groups.length === 2 && (groups[0]?.length ?? 0) > 2);
    if (telling && ipaddr.IPv6.isValid(value)) add(index, value);
  }
  return spans;
}
