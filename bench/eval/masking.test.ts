import { describe, expect, it } from 'vitest';
import { Masker } from '../../src/copilot/masking/masker.ts';
import { defaultMasking } from '../../src/services/masking/masking-rules.ts';
import { scoreMasking, type LabelledSentence } from './masking.ts';

/** A sentence whose values stand in braces: `{PHONE_NUMBER:467 3395}`. */
function labelled(marked: string): LabelledSentence {
  const spans: { entity_type: string; start_position: number; end_position: number }[] = [];
  let text = '';
  for (const part of marked.split(/(\{\w+:[^}]*\})/)) {
    const value = /^\{(\w+):([^}]*)\}$/.exec(part);
    const start = [...text].length;
    text += value?.[2] ?? part;
    if (value !== null)
      spans.push({ entity_type: value[1] ?? '', start_position: start, end_position: [...text].length });
  }
  return { full_text: text, spans };
}

const sentences = [
  '🙂 my e-mail is {EMAIL_ADDRESS:ana@mail.example}',
  'my card {CREDIT_CARD:4111111111111111} is lost, call {PHONE_NUMBER:467 3395}',
  'IBAN {IBAN_CODE:GB82WEST12345698765432} from {IP_ADDRESS:203.0.113.77}',
  // One that is not found, and one found that is none.
  'Anna, {PHONE_NUMBER:12345678}, blue',
  'call 467 3396, the room of {PERSON:Ana}',
].map(labelled);

describe('the evaluation of masking', () => {
  it('counts what was found and what was wrongly found', () => {
    expect(scoreMasking(sentences)).toEqual({
      recall: { EMAIL_ADDRESS: 1, IP_ADDRESS: 1, CREDIT_CARD: 1, IBAN_CODE: 1, PHONE_NUMBER: 0.5 },
      precision: 0.8333,
      phoneFalsePositives: 0.5,
      missed: ['phone: 12345678'],
      wrong: ['phone: 467 3396'],
    });
  });

  it('measures the very function a call masks with', () => {
    const { missed } = scoreMasking(sentences);
    for (const { full_text: text, spans } of sentences) {
      const masked = new Masker(defaultMasking).mask(text).text;
      for (const { entity_type: type, start_position: start, end_position: end } of spans) {
        const value = [...text].slice(start, end).join('');
        const found = type !== 'PERSON' && !missed.some((line) => line.endsWith(value));
        expect(masked.includes(value)).toBe(!found);
      }
    }
  });
});
