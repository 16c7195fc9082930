import type { Trial } from '../contract/playground.ts';
import type { Question, TestOutcome, TestReason } from '../contract/questions.ts';
import type { Transient } from '../kernel/transient.ts';
import { normalizeForQuote } from '../copilot/text/clean-text.ts';

/** Whether an answer is as expected: codes, nothing of the answer. */
export interface Verdict {
  readonly outcome: TestOutcome;
  readonly reasons: readonly TestReason[];
}

const errors = ['no-provider', 'provider-failed', 'budget-used-up'] as const;

/** Judges a trial by what was expected of it. */
export function judgeTrial(trial: Transient<Trial>, { expects, language }: Question): Verdict {
  const is = (fact: (one: Trial) => boolean): boolean => trial.measure(fact);
  const error = errors.find((reason) => is(({ answer }) => answer.reason === reason));
  if (error !== undefined) return { outcome: 'error', reasons: [error] };
  const isAnswer = is(({ answer, calls }) => calls === null && answer.reason === null);
  const isNotKnown = is(({ answer }) => answer.reason === 'not-known' || answer.reason === 'refused');
  const isHandedOff = is(({ calls }) => calls !== null);
  const has = (phrase: string): boolean =>
    is(({ answer }) => normalizeForQuote(answer.text).includes(normalizeForQuote(phrase)));
  const cites = (sourceId: string): boolean =>
    is(({ searches }) =>
      searches.some(({ passages }) => passages.some((one) => one.sourceId === sourceId && one.verified)),
    );
  const { outcome, sourceIds, contains, excludes } = expects;
  const base = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? '';
  const checks: readonly (readonly [TestReason, boolean])[] = [
    ['not-answered', outcome === 'answer' && !isAnswer],
    ['knew-after-all', outcome === 'not-known' && !isNotKnown],
    ['not-handed-off', outcome === 'hand-off' && !isHandedOff],
    ['source-not-cited', sourceIds.some((id) => !cites(id))],
    ['word-missing', contains.some((phrase) => !has(phrase))],
    ['word-forbidden', excludes.some(has)],
    ['wrong-language', is(({ answer }) => base(answer.language) !== base(language))],
  ];
  const reasons = checks.flatMap(([reason, applies]) => (applies ? [reason] : []));
  return { outcome: reasons.length === 0 ? 'passed' : 'failed', reasons };
}
