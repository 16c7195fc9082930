import type { Band, TicketEvidence } from '../../contract/abilities.ts';
import type { Ticket, TicketWithComments } from '../../ports/help-desk.ts';
import type { ComparedTicket } from './duplicates.ts';
import type { SharedEvidence } from './shared-passages.ts';

const wordsShown = 5;
const shownCharacters = 600;

/** All a customer wrote in a ticket, as it is compared with others. */
export function comparedConversation({ ticket, comments }: TicketWithComments): ComparedTicket {
  const written = comments.filter(({ author, public: isPublic }) => author === 'customer' && isPublic);
  return {
    ...compared(ticket),
    text: written.length > 0 ? written.map(({ text }) => text).join('\n') : ticket.description,
  };
}

/** A ticket of a search, known by its first comment. */
export const compared = (ticket: Ticket): ComparedTicket => ({
  id: ticket.id,
  requesterId: ticket.requesterId,
  subject: ticket.subject,
  text: ticket.description,
  createdAt: ticket.createdAt,
});

/** Another ticket as evidence, with the words it shares. */
export function ticketEvidence(ticket: Ticket, shared: readonly string[]): TicketEvidence {
  return {
    id: ticket.id,
    subject: ticket.subject,
    status: ticket.status,
    createdAt: ticket.createdAt,
    shared: shared.slice(0, wordsShown),
  };
}

/** What two tickets share, as words: numbers first. */
export const sharedWords = ({ entities, passages }: SharedEvidence): string[] => [
  ...new Set([...entities, ...passages.map(({ here }) => here)]),
];

/** The beginning of a text, enough to compare it by eye. */
export const beginning = (text: string): string =>
  text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters - 1).trimEnd()}…`;

/** A share from 0 to 1 as points of 100. */
export const percent = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * 100);

/** The band a certainty is shown in. */
export const bandOf = (certainty: number): Band =>
  certainty >= 75 ? 'high' : certainty >= 45 ? 'medium' : 'low';
