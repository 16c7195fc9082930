import type { MaskType } from '../../contract/masking.ts';
import type { MaskingRules } from '../../services/masking/masking-rules.ts';
import { findCards } from './find-cards.ts';
import { findEmails } from './find-emails.ts';
import { findIbans } from './find-ibans.ts';
import { findIps } from './find-ips.ts';
import { findPhones } from './find-phones.ts';
import { foldText } from './fold-text.ts';
import { joinOverlaps, type Span } from './span.ts';

const finders: Readonly<Record<Exclude<MaskType, 'custom' | 'phone'>, (text: string) => Span[]>> = {
  email: findEmails,
  card: findCards,
  iban: findIbans,
  ip: findIps,
};

/** Every value in a text that the rules want masked: exact positions, in order, none overlapping. `knownPhones` remembers digits over the texts of one call. */
export function findValues(text: string, rules: MaskingRules, knownPhones: Set<string>): Span[] {
  const spans = rules.patterns.flatMap(({ name, find }) =>
    find(text).map(({ start, end }): Span => ({ start, end, type: 'custom', label: name })),
  );
  // Most lines hold neither.
  if (/[@\p{N}]|%40/u.test(text)) {
    const folded = foldText(text);
    for (const type of rules.types) {
      if (type !== 'phone') spans.push(...finders[type](folded));
    }
    if (rules.types.includes('phone')) {
      const taken = joinOverlaps(spans);
      const hints = { regions: rules.phoneRegions, known: knownPhones };
      spans.push(...findPhones(withoutSpans(folded, taken), hints));
    }
  }
  return joinOverlaps(spans);
}

/** The text with what is already found blanked out, so that a card's digits do not look like a phone number. */
function withoutSpans(text: string, spans: readonly Span[]): string {
  let rest = '';
  let at = 0;
  for (const { start, end } of spans) {
    rest += text.slice(at, start) + 'X'.repeat(end - start);
    at = end;
  }
  return rest + text.slice(at);
}
