import { AskAnswer, QualityReview, TicketInsight } from '../src/contract/abilities.ts';
import { RewrittenText, SuggestedReply, TicketSummary } from '../src/contract/copilot.ts';
import { outputOf, problemOf, type FeatureAnswer } from '../test/support/house.ts';

/** What each driven feature must have said, beyond an output that fits its schema; undefined: nothing is wrong. */
const checks: Readonly<Record<string, (output: unknown) => string | undefined>> = {
  open: (output) => {
    const insight = TicketInsight.safeParse(output);
    return insight.success && insight.data.summary !== null && insight.data.summary.wants !== ''
      ? undefined
      : 'no valid insight with a summary';
  },
  'ticket-insight': (output) => (TicketInsight.safeParse(output).success ? undefined : 'no valid insight'),
  'summarize-ticket': (output) => {
    const summary = TicketSummary.safeParse(output);
    return summary.success && summary.data.wants !== '' ? undefined : 'no valid summary';
  },
  'suggest-reply': (output) => {
    const reply = SuggestedReply.safeParse(output);
    if (!reply.success) return 'no valid reply';
    return reply.data.citations.length > 0 || reply.data.missing.length > 0
      ? undefined
      : 'neither citation nor missing fact';
  },
  'rewrite-text': (output) => (RewrittenText.safeParse(output).success ? undefined : 'no valid text'),
  ask: (output) => (AskAnswer.safeParse(output).success ? undefined : 'no valid answer'),
  'review-quality': (output) => {
    const review = QualityReview.safeParse(output);
    return review.success && review.data.lines.length > 0 ? undefined : 'no valid review';
  },
};

/** Why an answer does not count as good; empty when it does. */
export function faultsOf(name: string, answer: FeatureAnswer): string[] {
  const problem = problemOf(answer);
  if (problem !== undefined) return [`${name}: ${problem}`];
  if (answer.events.at(-1)?.type !== 'done') return [`${name}: did not end in done`];
  const degraded = answer.events.find((event) => event.type === 'output');
  if (degraded?.type === 'output' && degraded.degraded !== null)
    return [`${name}: no model answered, ${degraded.degraded}`];
  const cards = answer.events.flatMap((event) =>
    event.type === 'card-problem' ? [`${name}: ${event.feature}: ${event.problem.type}`] : [],
  );
  const wrong = checks[name]?.(outputOf<unknown>(answer));
  return wrong === undefined ? cards : [...cards, `${name}: ${wrong}`];
}
