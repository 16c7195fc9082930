import type { MaskType } from '../../contract/masking.ts';

/** A value found in a text: UTF-16 positions, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: MaskType;
  /** What its placeholder is called: `EMAIL`, or the name of the subscription's own pattern. */
  readonly label: string;
}

/** Where two finders claim the same characters, the more telling one names them. */
const rank: readonly MaskType[] = ['custom', 'iban', 'card', 'email', 'ip', 'phone'];

/** Makes one span of spans that overlap: it covers all of them, so that no rest of a value stays, and has the name of the longest. */
export function joinOverlaps(spans: readonly Span[]): Span[] {
  const sorted = spans.toSorted((one, other) => one.start - other.start || other.end - one.end);
  const joined: Span[] = [];
  let strongest: Span | undefined;
  for (const span of sorted) {
    const last = joined.at(-1);
    if (last === undefined || strongest === undefined || span.start >= last.end) {
      joined.push(span);
      strongest = span;
      continue;
    }
    if (isStronger(span, strongest)) strongest = span;
    joined[joined.length - 1] = {
      start: last.start,
      end: Math.max(last.end, span.end),
      type: strongest.type,
      label: strongest.label,
    };
  }
  return joined;
}

function isStronger(one: Span, other: Span): boolean {
  const longer = one.end - one.start - (other.end - other.start);
  return longer > 0 || (longer === 0 && rank.indexOf(one.type) < rank.indexOf(other.type));
}
