import type { Span } from './span.ts';

// First digits and lengths of card numbers as the networks publish them (ISO/IEC 7812).
const networks: readonly { readonly first: RegExp; readonly lengths: readonly number[] }[] = [
  { first: /^4/, lengths: [13, 16, 19] },
  { first: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { first: /^3[47]/, lengths: [15] },
  { first: /^(?:30[0-5]|309|3[689])/, lengths: [14, 16, 17, 18, 19] },
  { first: /^(?:6011|64[4-9]|65)/, lengths: [16, 17, 18, 19] },
  { first: /^35/, lengths: [16, 17, 18, 19] },
  { first: /^(?:1800|2131)/, lengths: [15] },
  { first: /^(?:62|81)/, lengths: [16, 17, 18, 19] },
  { first: /^(?:0604|50|5[6-9]|6)/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
  { first: /^220[0-4]/, lengths: [16, 17, 18, 19] },
];
const shortest = 12;
const longest = 19;

/** Payment card numbers: a network's first digits and length, and the Luhn check; in one piece or in groups as on a card. */
export function findCards(text: string): Span[] {
  const spans: Span[] = [];
  for (const { index: runAt, 0: run } of text.matchAll(/\d+(?:[ -]\d+)*/g)) {
    if (run.length < shortest) continue;
    const groups = [...run.matchAll(/\d+/g)].map(({ index, 0: digits }) => ({ at: runAt + index, digits }));
    for (let first = 0; first < groups.length; first += 1) {
      const end = cardEnd(groups, first);
      if (end === undefined) continue;
      const last = groups[end];
      spans.push({
        start: groups[first]?.at ?? 0,
        end: (last?.at ?? 0) + (last?.digits.length ?? 0),
        type: 'card',
        label: 'CARD',
      });
      first = end;
    }
  }
  return spans;
}

/** The last group of the longest card number that begins with a group; several groups must look like those on a card. */
function cardEnd(groups: readonly { readonly digits: string }[], first: number): number | undefined {
  let digits = '';
  let found: number | undefined;
  for (let last = first; last < groups.length && digits.length < longest; last += 1) {
    const group = groups[last]?.digits ?? '';
    digits += group;
    if (last > first && (groups[first]?.digits.length !== 4 || group.length < 3 || group.length > 8)) break;
    if (isCard(digits)) found = last;
  }
  return found;
}

function isCard(digits: string): boolean {
  return (
    digits.length >= shortest &&
    digits.length <= longest &&
    networks.some(({ first, lengths }) => lengths.includes(digits.length) && first.test(digits)) &&
    passesLuhn(digits)
  );
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
