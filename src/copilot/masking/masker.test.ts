import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultMasking, maskingRules } from '../../services/masking/masking-rules.ts';
import { Masker } from './masker.ts';
import { unmaskJson } from './masked-provider.ts';
import { createStreamUnmasker, insideJsonString } from './unmask-stream.ts';

const values = [
  'ana@mail.example',
  '+49 30 901820',
  '4111 1111 1111 1111',
  'DE89370400440532013000',
  '203.0.113.77',
];
const text = `Ana <${values[0]}>, ${values[1]}, card ${values[2]}, ${values[3]}, from ${values[4]}, again ${values[0]}.`;

describe('masking one call', () => {
  it('replaces every value, the same one by the same placeholder, and counts each once', () => {
    const masker = new Masker(defaultMasking);
    const masked = masker.mask(text);
    for (const value of values) expect(masked.text).not.toContain(value);
    expect(masked.text.match(/\[EMAIL_1_\w{4}\]/g)).toHaveLength(2);
    expect(masker.counts()).toEqual({ email: 1, phone: 1, card: 1, iban: 1, ip: 1 });
    expect(masked.spans.map(({ start, end }) => masked.text.slice(start, end))).toEqual(
      masked.text.match(/\[[A-Z]+_\d+_\w{4}\]/g),
    );
    expect(masker.unmask(masked.text)).toBe(text);
  });

  it('leaves its own placeholders alone when it reads them again', () => {
    const masker = new Masker(
      maskingRules({ ...defaultMasking, patterns: [{ name: 'WORD', pattern: '[A-Z]+' }] }),
    );
    const once = masker.mask(text);
    const twice = masker.mask(once.text);
    expect(twice.text).toBe(once.text);
    expect(twice.spans).toEqual(once.spans);
    expect(masker.unmask(twice.text)).toBe(text);
  });

  it('does not take text of the ticket for a placeholder', () => {
    const masker = new Masker(defaultMasking);
    const forged = '[EMAIL_1] [EMAIL_1_AAAA] EMAIL_1';
    const masked = masker.mask(`${forged} ana@mail.example`);
    expect(masked.text.startsWith(forged)).toBe(true);
    expect(masker.unmask(masked.text)).toBe(`${forged} ana@mail.example`);
    expect(masker.unmask(`[PHONE_1_${masker.nonce}] [EMAIL_2_${masker.nonce}]`)).toContain('PHONE_1');
  });

  it('gives each call other placeholders', () => {
    const nonces = new Set(Array.from({ length: 200 }, () => new Masker(defaultMasking).nonce));
    expect(nonces.size).toBeGreaterThan(150);
  });

  it('knows a phone number again where no word calls it one', () => {
    const masker = new Masker(defaultMasking);
    masker.mask('Phone: 467 3395');
    expect(masker.mask('Anna, 4673395, blue').text).toBe(`Anna, [PHONE_2_${masker.nonce}], blue`);
  });

  it('keeps our marks around data, whatever the patterns are', () => {
    const masker = new Masker(
      maskingRules({ ...defaultMasking, patterns: [{ name: 'HEX', pattern: '[0-9a-f]{12}' }] }),
    );
    const prompt = '<data-0123456789ab kind="comment">\nid 00ff00ff00ff\n</data-0123456789ab>';
    expect(masker.mask(prompt).text).toBe(prompt.replace('00ff00ff00ff', `[HEX_1_${masker.nonce}]`));
  });

  it('reads placeholders with backslashes or without brackets, as models write them', () => {
    const masker = new Masker(defaultMasking);
    masker.mask('ana@mail.example');
    const { nonce } = masker;
    expect(
      masker.unmask(
        `\\[EMAIL\\_1\\_${nonce}\\] EMAIL_1_${nonce} [see EMAIL_1_${nonce}](mailto:EMAIL_1_${nonce})`,
      ),
    ).toBe('ana@mail.example ana@mail.example [see ana@mail.example](mailto:ana@mail.example)');
  });

  it('restores the strings of a structured answer, keys and all', () => {
    const masker = new Masker(defaultMasking);
    const { text: placeholder } = masker.mask('ana@mail.example');
    expect(
      unmaskJson({ a: [placeholder, 1, null], [placeholder]: { b: `x ${placeholder}` } }, masker),
    ).toEqual({
      a: ['ana@mail.example', 1, null],
      'ana@mail.example': { b: 'x ana@mail.example' },
    });
  });
});

describe('putting values back in a stream', () => {
  it('restores a placeholder split at every position, and every two positions', () => {
    const masker = new Masker(defaultMasking);
    const answer = masker.mask('Dear Ana [1], ana@mail.example is fine. [ok] \\[').text;
    for (let first = 0; first <= answer.length; first += 1)
      for (let second = first; second <= answer.length; second += 1) {
        const unmasker = createStreamUnmasker(masker);
        const shown =
          unmasker.push(answer.slice(0, first)) +
          unmasker.push(answer.slice(first, second)) +
          unmasker.push(answer.slice(second)) +
          unmasker.end();
        expect(shown).toBe('Dear Ana [1], ana@mail.example is fine. [ok] \\[');
      }
  });

  it('keeps back only what could become a placeholder', () => {
    const masker = new Masker(defaultMasking);
    masker.mask('ana@mail.example');
    const { push } = createStreamUnmasker(masker);
    expect(push('Hello ana, the tent ')).toBe('Hello ana, the tent ');
    expect(push('costs [')).toBe('costs ');
    expect(push('1] or [EMAIL_1')).toBe('[1] or ');
    expect(push('_')).toBe('');
    expect(push('x, yes')).toBe('[EMAIL_1_x, yes');
  });

  it('shows the same as the whole text, for any text in any pieces', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '_',
      'EMAIL',
      '1',
      '\\',
      ' ',
      'a',
      'Z',
      'ana@mail.example ',
      '{NONCE}',
      '[EMAIL_1_{NONCE}]',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.array(fc.nat(12), { maxLength: 40 }),
        (pieces, cuts) => {
          const masker = new Masker(defaultMasking);
          masker.mask('ana@mail.example');
          const whole = pieces.join('').replaceAll('{NONCE}', masker.nonce);
          const unmasker = createStreamUnmasker(masker);
          let shown = '';
          let at = 0;
          for (const length of cuts) {
            shown += unmasker.push(whole.slice(at, at + length));
            at += length;
          }
          shown += unmasker.push(whole.slice(at)) + unmasker.end();
          expect(shown).toBe(masker.unmask(whole));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('writes values into arriving JSON so that it stays JSON', () => {
    const masker = new Masker(
      maskingRules({ ...defaultMasking, patterns: [{ name: 'QUOTED', pattern: '"[^"]*"' }] }),
    );
    const value = '"a\\b\nc"';
    const json = JSON.stringify({ answer: `see ${masker.mask(value).text}!` });
    for (let cut = 0; cut <= json.length; cut += 1) {
      const unmasker = createStreamUnmasker(masker, insideJsonString);
      const shown = unmasker.push(json.slice(0, cut)) + unmasker.push(json.slice(cut)) + unmasker.end();
      expect(JSON.parse(shown)).toEqual({ answer: `see ${value}!` });
    }
  });
});
