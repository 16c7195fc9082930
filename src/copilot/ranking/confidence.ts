import type { Confidence } from '../../contract/copilot.ts';
import type { NumberedSource } from '../context/catalogue.ts';
import { terms } from '../../kernel/text/words.ts';

/** Below this there is no draft. */
export const confidenceFloor = 25;
const high = 70;
const medium = 45;
const start = 30;

export interface ReplyFacts {
  readonly question: string;
  readonly cited: readonly NumberedSource[];
  readonly retrieved: number;
  readonly citationsDropped: number;
  readonly missing: number;
  readonly linksRemoved: number;
  readonly instructed: boolean;
}

const sensitive = new Set(
  [
    'refund',
    'lawyer',
    'legal',
    'chargeback',
    'fraud',
    'police',
    'injury',
    'gdpr',
    'anwalt',
    'erstattung',
    'betrug',
    'abogado',
    'reembolso',
    'advokat',
    'povrat',
  ].flatMap(terms),
);

/** Rates a drafted reply by rules on what was found and checked, never by what the model says of itself. */
export function rateReply(facts: ReplyFacts): Confidence {
  const question = new Set(terms(facts.question));
  const found = new Set(facts.cited.flatMap((source) => terms(`${source.title} ${source.text}`)));
  const shared = [...question].filter((term) => found.has(term)).length;
  const match = question.size === 0 ? 0 : shared / Math.min(question.size, 12);
  const reasons: Confidence['reasons'] = [];
  const add = (code: Confidence['reasons'][number]['code'], points: number): void => {
    reasons.push({ code, points });
  };
  if (facts.retrieved === 0) add('no-sources', -10);
  else if (match >= 0.5) add('good-match', 35);
  else if (match >= 0.2) add('some-match', 20);
  else add('weak-match', facts.cited.length > 0 ? 5 : -5);
  if (facts.cited.length > 0) add('citations-checked', 15);
  if (facts.citationsDropped > 0) add('citation-dropped', -10 * Math.min(2, facts.citationsDropped));
  if (facts.missing > 0) add('missing-facts', -15 * Math.min(2, facts.missing));
  if (facts.cited.length > 0 && facts.cited.every((source) => source.internal)) add('only-internal', -10);
  if (facts.linksRemoved > 0) add('links-removed', -10);
  if ([...question].some((term) => sensitive.has(term))) add('sensitive-topic', -10);
  if (question.size < 3) add('vague-question', -15);
  const base = facts.instructed ? start + 10 : start;
  const score = Math.max(0, Math.min(100, base + reasons.reduce((sum, reason) => sum + reason.points, 0)));
  return { score, level: score >= high ? 'high' : score >= medium ? 'medium' : 'low', reasons };
}
