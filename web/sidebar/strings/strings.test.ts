import { describe, expect, test } from 'vitest';
import { Confidence } from '../../../src/contract/copilot.ts';
import { CostQuality, ProgressStage, Source } from '../../../src/contract/stream-events.ts';
import { problemTypes, type ProblemType } from '../../../src/kernel/problem-types.ts';
import { de } from './de.ts';
import { deProblems } from './de-problems.ts';
import { en } from './en.ts';
import { translateFor, type StringKey } from './translate.ts';

const keys = Object.keys(en) as StringKey[];
const slots = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();
const slugs = Object.keys(problemTypes) as ProblemType[];

describe('the catalogues', () => {
  test('have the same keys', () => expect(Object.keys(de).toSorted()).toEqual(keys.toSorted()));

  test('have the same slots, and no empty string', () => {
    for (const key of keys) {
      expect(slots(de[key]), key).toEqual(slots(en[key]));
      expect(de[key].trim(), key).not.toBe('');
    }
  });

  test('speak calmly', () => {
    const german = slugs.flatMap((slug) => [deProblems[slug].title, deProblems[slug].wayOut]);
    for (const text of [...Object.values(en), ...Object.values(de), ...german]) expect(text).not.toMatch(/!/);
  });

  test('have German words for every problem', () => {
    expect(Object.keys(deProblems).toSorted()).toEqual(slugs.toSorted());
    for (const slug of slugs) expect(deProblems[slug].title, slug).not.toBe(problemTypes[slug].title);
  });

  test('have words for every code the server sends', () => {
    const reasons = Confidence.shape.reasons.element.shape.code.options.map((code) => `reason.${code}`);
    const stages = ProgressStage.options.map((stage) => `stage.${stage}`);
    const origins = Source.shape.origin.options.map((origin) => `source.${origin}`);
    const costs = CostQuality.options.map((quality) => `receipts.cost.${quality}`);
    const levels = Confidence.shape.level.options.map((level) => `confidence.${level}`);
    expect(keys).toEqual(expect.arrayContaining([...reasons, ...stages, ...origins, ...costs, ...levels]));
  });
});

describe('translateFor', () => {
  test('fills slots and counts', () => {
    const t = translateFor('de-AT');
    expect(t('action.retryIn', { seconds: 4 })).toBe('Erneut versuchen in 4 s');
    expect(t.count('summary.leftOut', 1)).toBe('1 älterer Kommentar wurde ausgelassen');
    expect(t.count('summary.leftOut', 2)).toBe('2 ältere Kommentare wurden ausgelassen');
    expect(t.problem('rate-limited').title).toBe('Zu viele Anfragen');
  });

  test('falls back to English words for a language without a catalogue', () => {
    const t = translateFor('fr-CA');
    expect(t('reply.insert')).toBe('Insert');
    expect(t.locale).toBe('fr-CA');
    expect(translateFor('not a tag').locale).toBe('en');
  });
});
