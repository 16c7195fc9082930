import { describe, expect, test } from 'vitest';
import { problemTypes, type ProblemType } from '../../../src/kernel/problem-types.ts';
import { translateFor } from '../strings/translate.ts';
import { failureWords } from './problem-words.ts';

const failed = (slug: ProblemType, more: object = {}) =>
  ({ kind: 'problem', problem: { type: `/problems/${slug}`, ...problemTypes[slug], ...more } }) as const;

describe('failureWords', () => {
  test('speaks the language of the screen by slug', () => {
    expect(failureWords(failed('provider-quota'), translateFor('de')).title).toContain('Guthaben');
    expect(failureWords({ kind: 'offline' }, translateFor('en')).title).toBe('You are offline');
  });

  test('offers a reload where only a new sign-in helps', () => {
    expect(failureWords(failed('session-expired'), translateFor('en')).action).toBe('reload');
    expect(failureWords(failed('provider-timeout'), translateFor('en')).action).toBe('retry');
  });

  test('shows the request number only for faults of ours', () => {
    const t = translateFor('en');
    expect(failureWords(failed('internal', { instance: 'q7' }), t).requestNumber).toBe('q7');
    expect(failureWords(failed('rate-limited', { instance: 'q7' }), t).requestNumber).toBeNull();
  });

  test('rounds a waiting time up', () => {
    const words = failureWords(failed('rate-limited', { retryAfterSeconds: 1.2 }), translateFor('en'));
    expect(words.retryAfterSeconds).toBe(2);
  });

  test('says an unknown problem as a fault of ours', () => {
    const unknown = {
      kind: 'problem',
      problem: { type: '/problems/x', title: 'x', status: 500, wayOut: 'y' },
    } as const;
    expect(failureWords(unknown, translateFor('en')).title).toBe(problemTypes.internal.title);
  });
});
