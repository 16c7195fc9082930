import type { Ticket, TicketAudit } from '../../ports/help-desk.ts';

/** What a ticket went through, as Zendesk's audits and the requester's other tickets tell. Counts only. */
export interface TicketCourse {
  /** From solved back to one that is worked on. */
  readonly reopens: number;
  readonly priorityRises: number;
  /** Agents it was assigned to, one after another or at once. */
  readonly agents: number;
  /** Groups it was given to. */
  readonly groups: number;
  /** It was rated bad at some time, whatever it is rated now. */
  readonly ratedBad: boolean;
  /** Other tickets of the requester that they rated bad. */
  readonly badRatingsBefore: number;
}

/** What is assumed where Zendesk says nothing. */
export const noCourse: TicketCourse = {
  reopens: 0,
  priorityRises: 0,
  agents: 0,
  groups: 0,
  ratedBad: false,
  badRatingsBefore: 0,
};

const priorities = ['low', 'normal', 'high', 'urgent'];
const worked = ['new', 'open', 'pending', 'hold'];

/** Reads the course off the audits. Pure. */
export function courseOf(audits: readonly TicketAudit[], others: readonly Ticket[]): TicketCourse {
  const changes = audits.flatMap((audit) => audit.changes);
  const of = (field: string) => changes.filter((change) => change.field === field);
  // A priority that is set for the first time is no rise.
  const rank = (priority: string | null): number => priorities.indexOf(priority ?? '');
  return {
    reopens: of('status').filter(({ from, to }) => from === 'solved' && worked.includes(to ?? '')).length,
    priorityRises: of('priority').filter(({ from, to }) => rank(from) >= 0 && rank(to) > rank(from)).length,
    agents: distinct(of('assignee_id')),
    groups: distinct(of('group_id')),
    ratedBad: of('satisfaction_score').some(({ to }) => to?.startsWith('bad') === true),
    badRatingsBefore: others.filter(({ badRating }) => badRating).length,
  };
}

/** How many values a field went through; empty counts as none. */
const distinct = (changes: readonly { readonly from: string | null; readonly to: string | null }[]): number =>
  new Set(changes.flatMap(({ from, to }) => [from, to]).filter((value) => value !== null && value !== ''))
    .size;
