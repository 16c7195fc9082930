import { readTone, sentencesOf, type Sighting } from './customer-tone.ts';
import {
  escalationLevels,
  escalationSignals,
  importantTags,
  type EscalationSignal,
  type EscalationWeights,
} from './escalation-signals.ts';
import type { TicketCourse } from './ticket-course.ts';

export interface EscalationCase {
  /** Subject and public comments, oldest first. */
  readonly messages: readonly { readonly author: 'customer' | 'agent'; readonly text: string }[];
  /** Zendesk's word: low, normal, high, urgent. */
  readonly priority: string | null;
  readonly tags: readonly string[];
  /** How often a solved ticket was opened again. */
  readonly reopens: number;
  /** Minutes the requester has waited so far; null when not known. */
  readonly waitMinutes: number | null;
  /** Minutes until the nearest service level target, negative when it was missed; null without one. */
  readonly minutesToTarget: number | null;
  readonly badRating: boolean;
  /** Minutes since an agent last answered in public, or since the ticket came in; null when nothing is open. */
  readonly noReplyMinutes: number | null;
  readonly course: TicketCourse;
}

export interface EscalationReason {
  readonly signal: EscalationSignal;
  readonly points: number;
  readonly count: number;
  /** Where the customer said it, as written; null for what is no sentence. */
  readonly sentence: string | null;
}

export interface EscalationRisk {
  /** 0 to 100. */
  readonly score: number;
  readonly level: 'low' | 'medium' | 'high';
  /** What added or took points, the weightiest first. */
  readonly reasons: readonly EscalationReason[];
  /** The customer's sentence that weighs most; null when no sentence adds to the risk. */
  readonly sentence: string | null;
}

const nearMinutes = 60;
/** A sentence with fewer points is no trigger: "you" or "not" alone. */
const triggerFrom = 10;
const minutesOfDay = 24 * 60;
/** The newest ones; a long dispute would take seconds otherwise. */
const sentencesWeighed = 300;

/** Adds up the risk table over a ticket. Pure: the same case gives the same score, and each point has its reason. */
export function assessEscalation(
  given: EscalationCase,
  weights: EscalationWeights = {},
  vipTags: readonly string[] = importantTags,
): EscalationRisk {
  const customer = given.messages.filter(({ author }) => author === 'customer').map(({ text }) => text);
  const reasons = [...readTone(customer), ...readState(given, vipTags)]
    .map((sighting) => toReason(sighting, weights))
    .filter(({ points }) => points !== 0)
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const sum = reasons.reduce((total, { points }) => total + points, 0);
  const score = Math.round(Math.max(0, Math.min(100, sum)));
  return {
    score,
    level: score >= escalationLevels.high ? 'high' : score >= escalationLevels.medium ? 'medium' : 'low',
    reasons,
    sentence: weightiestSentence(customer, weights),
  };
}

function toReason({ signal, count, sentence }: Sighting, weights: EscalationWeights): EscalationReason {
  const { points, most } = escalationSignals[signal];
  return { signal, points: (weights[signal] ?? points) * Math.min(count, most), count, sentence };
}

/** What the ticket's state says, apart from any word. */
function readState(given: EscalationCase, vipTags: readonly string[]): Sighting[] {
  const seen = (signal: EscalationSignal, count: number): Sighting[] =>
    count > 0 ? [{ signal, count, sentence: null }] : [];
  const { minutesToTarget: target, course } = given;
  const tags = new Set(given.tags.map((tag) => tag.toLowerCase()));
  return [
    ...seen('priority-high', given.priority === 'high' ? 1 : 0),
    ...seen('priority-urgent', given.priority === 'urgent' ? 1 : 0),
    ...seen('target-missed', target !== null && target < 0 ? 1 : 0),
    ...seen('target-near', target !== null && target >= 0 && target <= nearMinutes ? 1 : 0),
    ...seen('waiting-days', Math.floor((given.waitMinutes ?? 0) / minutesOfDay)),
    ...seen('unanswered-messages', unanswered(given.messages) - 1),
    ...seen('reopened', Math.max(given.reopens, course.reopens)),
    ...seen('bad-rating', given.badRating || course.ratedBad ? 1 : 0),
    ...seen('important-customer', vipTags.some((tag) => tags.has(tag.toLowerCase())) ? 1 : 0),
    ...seen('no-reply-days', Math.floor((given.noReplyMinutes ?? 0) / minutesOfDay)),
    ...seen('priority-raised', course.priorityRises),
    // One agent and one group is how a ticket should go; each further one is a hand-over.
    ...seen('many-agents', course.agents - 1),
    ...seen('many-groups', course.groups - 1),
    ...seen('bad-ratings-before', course.badRatingsBefore),
  ];
}

/** Customer messages after the last answer; the first of them is an ordinary turn, each further one a second ask. */
function unanswered(messages: EscalationCase['messages']): number {
  return messages.length - 1 - messages.findLastIndex(({ author }) => author === 'agent');
}

function weightiestSentence(customer: readonly string[], weights: EscalationWeights): string | null {
  let best = { sentence: null as string | null, points: triggerFrom - 1 };
  for (const sentence of customer.flatMap(sentencesOf).slice(-sentencesWeighed)) {
    const points = readTone([sentence])
      .filter(({ signal }) => signal !== 'no-question')
      .reduce((sum, sighting) => sum + Math.max(0, toReason(sighting, weights).points), 0);
    if (points > best.points) best = { sentence, points };
  }
  return best.sentence;
}
