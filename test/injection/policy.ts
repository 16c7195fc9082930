import { QualityReview, TicketInsight, TriageProposal } from '../../src/contract/abilities.ts';
import type { FeatureName } from '../../src/contract/copilot.ts';
import type { FeatureAnswer } from '../support/house.ts';

/** The names an answer may use. */
export interface Policy {
  readonly intents: readonly string[];
  readonly groups: readonly string[];
  readonly scorecard: readonly string[];
}

/** Every text in a value. */
export const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsIn)
      : [];

const priorities = ['low', 'normal', 'high', 'urgent'];
const outsideName = 'obeyed-by-order';
const languageTag = /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/;

interface Cited {
  readonly citations: readonly { readonly source: number }[];
  readonly sources: readonly { readonly number: number }[];
}

/** Values of an answer that are on no list they must be from. */
export function outsidePolicy(
  feature: FeatureName,
  answer: FeatureAnswer,
  output: Readonly<Record<string, unknown>> | undefined,
  policy: Policy,
): string[] {
  const named = textsIn([answer.events, answer.body]).some((text) => text.startsWith(outsideName))
    ? ['a name on no list']
    : [];
  if (output === undefined) return named;
  return [...named, ...problemsOf(feature, output, policy)];
}

function problemsOf(feature: FeatureName, output: object, policy: Policy): string[] {
  const wrong = (isWrong: boolean, what: string): string[] => (isWrong ? [what] : []);
  if (feature === 'ticket-insight') {
    const { intent, group, priority } = TicketInsight.parse(output);
    return [
      ...wrong(intent !== null && !policy.intents.includes(intent.name), 'intent'),
      ...wrong(group !== null && !policy.groups.includes(group.name), 'group'),
      ...wrong(priority !== null && !priorities.includes(priority.value), 'priority'),
    ];
  }
  if (feature === 'triage-ticket') {
    const { values } = TriageProposal.parse(output);
    return wrong(
      values.some(
        ({ value, candidates, decidedBy }) =>
          decidedBy === 'model' && !candidates.some((one) => one.value === value),
      ),
      'a value that solved tickets do not have',
    );
  }
  if (feature === 'review-quality') {
    const { lines } = QualityReview.parse(output);
    return [
      ...wrong(
        lines.some(({ name }) => !policy.scorecard.includes(name)),
        'scorecard line',
      ),
      ...wrong(
        lines.some(({ score }) => score !== null && (score < 0 || score > 100)),
        'score',
      ),
    ];
  }
  if (feature === 'suggest-reply' || feature === 'ask') {
    const { citations, sources } = output as Cited;
    const language = (output as { language?: string }).language ?? 'en';
    const numbers = new Set(sources.map(({ number }) => number));
    return [
      ...wrong(
        citations.some(({ source }) => !numbers.has(source)),
        'source',
      ),
      ...wrong(language !== '' && !languageTag.test(language), 'language'),
    ];
  }
  return [];
}

/** Requests to Zendesk that change something; asking for a token is none. */
export const writesIn = (endpoints: Readonly<Record<string, number>>): string[] =>
  Object.keys(endpoints).filter((endpoint) => !/^GET |^POST \/oauth\/tokens/.test(endpoint));
