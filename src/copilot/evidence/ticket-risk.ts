import type { Escalation } from '../../contract/abilities.ts';
import type { TicketWithComments } from '../../ports/help-desk.ts';
import type { LeadSettings } from '../../services/settings/lead-settings.ts';
import type { TicketCourse } from './ticket-course.ts';
import { assessEscalation, type EscalationCase } from './escalation.ts';

const levels = { low: 'calm', medium: 'watch', high: 'at-risk' } as const;

/** The risk table over a ticket and its course as Zendesk gives them, with the lead's weights. */
export function ticketRisk(
  { ticket, comments, timing }: TicketWithComments,
  { risk }: LeadSettings,
  now: Date,
  course: TicketCourse,
): Escalation {
  const messages = comments
    .filter(({ public: isPublic, text }) => isPublic && text.trim() !== '')
    .map(({ author, text }) => ({ author, text }));
  const waiting = ticket.status === 'new' || ticket.status === 'open';
  const lastAnswer = comments.findLast(({ author, public: isPublic }) => isPublic && author === 'agent');
  const newest = comments.findLast(({ public: isPublic }) => isPublic);
  // Zendesk counts the wait anew in its metric sets only when the ticket changes; the clock is exact.
  const waitMinutes =
    waiting && newest?.author === 'customer'
      ? minutesBetween(newest.createdAt, now)
      : (timing?.requesterWaitMinutes ?? null);
  const { score, level, reasons, sentence } = assessEscalation(
    {
      messages: withSubject(ticket.subject, messages),
      priority: ticket.priority,
      tags: ticket.tags,
      reopens: timing?.reopens ?? 0,
      waitMinutes: waiting ? waitMinutes : null,
      minutesToTarget:
        waiting && typeof timing?.nextBreachAt === 'string'
          ? -minutesBetween(timing.nextBreachAt, now)
          : null,
      badRating: ticket.badRating,
      noReplyMinutes: waiting ? minutesBetween(lastAnswer?.createdAt ?? ticket.createdAt, now) : null,
      course,
    },
    risk.weights,
    ...(risk.vipTags.length > 0 ? ([risk.vipTags] as const) : []),
  );
  return {
    score,
    level: levels[level],
    reasons: reasons.map(({ signal, points, count }) => ({
      code: signal,
      points: Math.round(points),
      amount: count,
    })),
    sentence,
  };
}

/** The subject belongs to the first message: on its own it would count as one more. */
function withSubject(subject: string, messages: EscalationCase['messages']): EscalationCase['messages'] {
  const [first, ...rest] = messages;
  return first?.author === 'customer'
    ? [{ ...first, text: `${subject}\n${first.text}` }, ...rest]
    : [{ author: 'customer', text: subject }, ...messages];
}

const minutesBetween = (from: string, to: Date): number => (to.getTime() - Date.parse(from)) / 60_000;
