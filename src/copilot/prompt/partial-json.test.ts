import { describe, expect, it } from 'vitest';
import { createFieldReader, parsePartialJson } from './partial-json.ts';

const whole =
  '{"wants":"A \\"refund\\" of 20 €\\n now","facts":["Order 4711","12.11."],"next":null,"n":12,"deep":{"a":[true]}}';

describe('reading arriving JSON', () => {
  it('gives a growing prefix of the whole at every cut', () => {
    const complete = JSON.parse(whole) as { wants: string; facts: string[] };
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const partial = parsePartialJson(whole.slice(0, cut)) as
        | { wants?: string; facts?: string[] }
        | undefined;
      if (cut > 0) expect(partial, `cut ${cut}`).toBeDefined();
      if (partial?.wants !== undefined) expect(complete.wants.startsWith(partial.wants)).toBe(true);
      partial?.facts?.forEach((fact, index) => expect(complete.facts[index]?.startsWith(fact)).toBe(true));
    }
    expect(parsePartialJson(whole)).toEqual(complete);
  });

  it('skips prose before the object', () => {
    expect(parsePartialJson('Sure:\n```json\n{"a":"b')).toEqual({ a: 'b' });
  });
});

describe('following one field', () => {
  it('gives the same text whatever the size of the pieces', () => {
    const json =
      '{"language":"de","answer":"Grüße \\u00e9 \\"x\\" \\\\ 😀 \\n end","citations":[{"quote":"answer"}]}';
    const expected = (JSON.parse(json) as { answer: string }).answer;
    for (const size of [1, 2, 3, 7, 1000]) {
      const read = createFieldReader('answer');
      let text = '';
      for (let at = 0; at < json.length; at += size) text += read(json.slice(at, at + size));
      expect(text).toBe(expected);
    }
  });
});
