import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Band, Duplicates, Sentiment } from '../../../src/contract/abilities.ts';
import { Confidence, featureNames } from '../../../src/contract/copilot.ts';
import { FeedbackReason } from '../../../src/contract/feedback.ts';
import { maskTypes } from '../../../src/contract/masking.ts';
import { CostQuality, ProgressStage, Source } from '../../../src/contract/stream-events.ts';
import { escalationSignals } from '../../../src/copilot/evidence/escalation-signals.ts';
import { problemTypes, type ProblemType } from '../../../src/kernel/problem-types.ts';
import { de } from './de.ts';
import { deProblems } from './de-problems.ts';
import { en } from './en.ts';
import { translateFor, type StringKey } from './translate.ts';

const keys = Object.keys(en) as StringKey[];
const slots = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();
const slugs = Object.keys(problemTypes) as ProblemType[];

const sources = globSync('**/*.{ts,tsx}', { cwd: join(import.meta.dirname, '..') })
  .filter((file) => !file.startsWith('strings/') && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(import.meta.dirname, '..', file), 'utf8'))
  .join('\n');

describe('the catalogues', () => {
  test('hold no string that nothing shows', () => {
    const isUsed = (key: string): boolean => {
      const stem = key.replace(/\.(one|other)$/, '');
      const parts = key.split('.');
      // A key made of parts is used where its beginning stands before a slot.
      const beginnings = parts.slice(1).map((_, index) => `\`${parts.slice(0, index + 1).join('.')}.\${`);
      return [`'${key}'`, `'${stem}'`, ...beginnings].some((use) => sources.includes(use));
    };
    expect(keys.filter((key) => !isUsed(key))).toEqual([]);
  });

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
    const signs = Object.keys(escalationSignals).map((signal) => `sign.${signal}`);
    const sentiments = Sentiment.options.map((sentiment) => `sentiment.${sentiment}`);
    const bands = Band.options.map((band) => `band.${band}`);
    const feedback = FeedbackReason.options.map((reason) => `feedback.${reason}`);
    const names = featureNames.map((name) => `feature.${name}`);
    const masked = maskTypes.map((type) => `receipts.masked.${type}`);
    const kinds = Duplicates.shape.candidates.element.shape.kind.options.map((kind) => `duplicates.${kind}`);
    const levels = Confidence.shape.level.options.map((level) => `confidence.${level}`);
    expect(keys).toEqual(
      expect.arrayContaining(
        [
          [reasons, stages, origins, costs, levels, signs, sentiments],
          [bands, feedback, names, masked, kinds],
        ].flat(2),
      ),
    );
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
    expect([t.locale, t.language]).toEqual(['fr-CA', 'en']);
    expect(translateFor('not a tag').locale).toBe('en');
  });
});
