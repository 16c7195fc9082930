import type { Span } from './span.ts';

// Lengths by country, from the IBAN registry (ISO 13616).
const registry =
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30';
const lengths: ReadonlyMap<string, number> = new Map(
  registry.split(' ').map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** IBANs of every country of the registry that pass the check of ISO 7064 (mod 97), in one piece or with a space or hyphen between groups of four. */
export function findIbans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}])[A-Z]{2}\d{2}/giu)) {
    if (index < (spans.at(-1)?.end ?? 0)) continue;
    const end = endOfIban(text, index);
    if (end !== undefined) spans.push({ start: index, end, type: 'iban', label: 'IBAN' });
  }
  return spans;
}

function endOfIban(text: string, start: number): number | undefined {
  const length = lengths.get(text.slice(start, start + 2).toUpperCase());
  if (length === undefined) return undefined;
  let characters = '';
  let at = start;
  while (characters.length < length) {
    const character = text[at] ?? '';
    if (/[A-Za-z0-9]/.test(character)) characters += character;
    // Words can pass the check by chance, so gaps count where people make them only.
    else if (!/[ -]/.test(character) || characters.length % 4 !== 0 || /[ -]/.test(text[at - 1] ?? ''))
      return undefined;
    at += 1;
  }
  return /[A-Za-z0-9]/.test(text[at] ?? '') || !passesMod97(characters.toUpperCase()) ? undefined : at;
}

function passesMod97(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
