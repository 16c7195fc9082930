import { assessEscalation } from '../../src/copilot/evidence/escalation.ts';
import { noCourse } from '../../src/copilot/evidence/ticket-course.ts';
import { printResult } from '../report.ts';
import { readDialogs, type Dialog } from './dialogs.ts';
import { evaluationArguments, rounded, stop } from './support.ts';

export interface EscalationScore {
  /** Of the class "angry". */
  readonly f1: number;
  /** Mean of the F1 of both classes. */
  readonly macroF1: number;
  readonly precision: number;
  readonly recall: number;
  readonly tested: number;
}

/** The function of `predict-escalation` on conversations alone: no priority, no waiting time. Medium or high counts as angry. */
export function scoreEscalation(dialogs: readonly Dialog[]): EscalationScore {
  const count = { hit: 0, wrong: 0, missed: 0, rightlyNot: 0 };
  for (const { turns, is_negative: negative } of dialogs) {
    if (typeof negative !== 'boolean') continue;
    const { level } = assessEscalation({
      messages: turns.map(({ role, text }) => ({ author: role, text })),
      priority: null,
      tags: [],
      reopens: 0,
      waitMinutes: null,
      minutesToTarget: null,
      badRating: false,
      noReplyMinutes: null,
      course: noCourse,
    });
    if (level === 'low') count[negative ? 'missed' : 'rightlyNot'] += 1;
    else count[negative ? 'hit' : 'wrong'] += 1;
  }
  const { hit, wrong, missed, rightlyNot } = count;
  const f1 = (right: number): number => (2 * right) / Math.max(1, 2 * right + wrong + missed);
  return {
    f1: rounded(f1(hit)),
    macroF1: rounded((f1(hit) + f1(rightlyNot)) / 2),
    precision: rounded(hit / Math.max(1, hit + wrong)),
    recall: rounded(hit / Math.max(1, hit + missed)),
    tested: hit + wrong + missed + rightlyNot,
  };
}

export function run(args: string[]): void {
  const options = evaluationArguments(args, 'escalation --dialogs JSONL [--quick]', ['dialogs']);
  const score = scoreEscalation(readDialogs(options.dialogs));
  if (score.tested === 0) stop(`${options.dialogs} labels no conversation with is_negative.`);
  printResult(`Escalation: angry or not, ${score.tested} conversations`, { ...score }, false);
}
