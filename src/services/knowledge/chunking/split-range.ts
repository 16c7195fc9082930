import type { TokenCounts } from './estimate-tokens.ts';

/** A part of the canonical text: UTF-16 offsets, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

// A fixed language: the same text has to be split alike on every machine; sentence rules of other scripts apply anyway.
const segmenters = {
  sentence: new Intl.Segmenter('en', { granularity: 'sentence' }),
  word: new Intl.Segmenter('en', { granularity: 'word' }),
  grapheme: new Intl.Segmenter('en', { granularity: 'grapheme' }),
};

type Cut = (text: string) => Iterable<number>;

/** Ever finer ends of parts: blank lines, lines, sentences, words, characters as people see them, code points. */
const cuts: readonly Cut[] = [
  (text) => endsAfter(text, /\n\s*\n/g),
  (text) => endsAfter(text, /\n/g),
  (text) => segmentEnds(text, segmenters.sentence),
  (text) => segmentEnds(text, segmenters.word),
  (text) => segmentEnds(text, segmenters.grapheme),
  (text) => endsAfter(text, /[\s\S]/gu),
];

/** Splits a range into parts of at most `budget` estimated tokens, at the coarsest ends that fit; leaves nothing but space out. */
export function splitRange(
  text: string,
  range: Range,
  budget: number,
  tokens: TokenCounts,
): readonly Range[] {
  return splitAt(text, range, budget, tokens, 0);
}

/** Splits a range after every row, which `lengths` gives, and packs rows as far as they fit. */
export function splitRows(
  text: string,
  rows: readonly Range[],
  budget: number,
  tokens: TokenCounts,
): readonly Range[] {
  return pack(text, rows, budget, tokens, (row) => splitRange(text, row, budget, tokens));
}

function splitAt(
  text: string,
  range: Range,
  budget: number,
  tokens: TokenCounts,
  level: number,
): readonly Range[] {
  if (tokens.between(range.start, range.end) <= budget) {
    const whole = trimRange(text, range);
    return whole === undefined ? [] : [whole];
  }
  const cut = cuts[level];
  if (cut === undefined) return [range];
  const parts: Range[] = [];
  let start = range.start;
  for (const end of cut(text.slice(range.start, range.end))) {
    parts.push({ start, end: range.start + end });
    start = range.start + end;
  }
  if (start < range.end) parts.push({ start, end: range.end });
  return pack(text, parts, budget, tokens, (part) => splitAt(text, part, budget, tokens, level + 1));
}

function pack(
  text: string,
  parts: readonly Range[],
  budget: number,
  tokens: TokenCounts,
  splitPart: (part: Range) => readonly Range[],
): readonly Range[] {
  const packed: Range[] = [];
  let open: Range | undefined;
  const close = (): void => {
    const whole = open && trimRange(text, open);
    if (whole !== undefined) packed.push(whole);
    open = undefined;
  };
  for (const part of parts) {
    if (open !== undefined && tokens.between(open.start, part.end) <= budget) {
      open = { start: open.start, end: part.end };
      continue;
    }
    close();
    if (tokens.between(part.start, part.end) <= budget) open = part;
    else packed.push(...splitPart(part));
  }
  close();
  return packed;
}

/** Without space at both ends; undefined when there is nothing else. */
function trimRange(text: string, range: Range): Range | undefined {
  let { start, end } = range;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return start < end ? { start, end } : undefined;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || code === 0x3000;
}

function* endsAfter(text: string, separator: RegExp): Iterable<number> {
  for (const match of text.matchAll(separator)) yield match.index + match[0].length;
}

function* segmentEnds(text: string, segmenter: Intl.Segmenter): Iterable<number> {
  for (const { index, segment } of segmenter.segment(text)) yield index + segment.length;
}
