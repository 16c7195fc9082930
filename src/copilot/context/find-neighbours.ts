import { Transient } from '../../kernel/transient.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { HelpDesk, HelpDeskCall, Ticket, TicketWithComments } from '../../ports/help-desk.ts';
import { searchWords } from '../../kernel/text/words.ts';
import type { Neighbours } from './catalogue.ts';
import { lastCustomerComment } from './ticket-blocks.ts';

const solvedAsked = 50;
const openAsked = 25;

/** What Zendesk's search finds for a conversation, solved and open side by side; without the ticket itself. */
export async function findNeighbours(
  helpDesk: HelpDesk,
  call: HelpDeskCall,
  ticket: Transient<TicketWithComments>,
  maySee: Transient<(other: Ticket) => boolean>,
): Promise<Transient<Neighbours>> {
  const words = ticket.map((conversation) => conversationWords(conversation));
  if (words.measure((list) => list.length) === 0) return Transient.of({ solved: [], open: [] });
  const brand = ticket.measure(({ ticket: t }) => t.brandId ?? -1);
  const search = (state: 'solved' | 'open', limit: number) =>
    optional(
      helpDesk.searchTickets(call, words, { state, brandId: brand === -1 ? null : brand, limit }),
      call.signal,
    );
  const [solved, open] = await Promise.all([search('solved', solvedAsked), search('open', openAsked)]);
  return Transient.all([ticket, solved, open, maySee]).map(([{ ticket: own }, ...lists]) => {
    const [foundSolved, foundOpen, allowed] = lists;
    const others = (found: readonly Ticket[]): Ticket[] =>
      found.filter((other) => other.id !== own.id && allowed(other));
    return { solved: others(foundSolved), open: others(foundOpen) };
  });
}

/** A search that fails leaves fewer results; access and abort problems are still problems. */
export async function optional<T>(
  search: Promise<Transient<readonly T[]>>,
  signal: AbortSignal,
): Promise<Transient<readonly T[]>> {
  try {
    return await search;
  } catch (error) {
    if (signal.aborted) throw error;
    if (
      error instanceof ProblemError &&
      ['zendesk-reconnect-needed', 'zendesk-rate-limited'].includes(error.type)
    )
      throw error;
    return Transient.of([]);
  }
}

/** The weightiest words of a conversation, for Zendesk's search. */
export function conversationWords({ ticket, comments }: TicketWithComments, question = ''): string[] {
  const newest = lastCustomerComment(comments);
  return searchWords(
    [
      { text: question, weight: 4 },
      { text: ticket.subject, weight: 3 },
      { text: newest?.text ?? '', weight: 2 },
      ...comments
        .filter((comment) => comment.author === 'customer' && comment !== newest)
        .map((comment) => ({ text: comment.text, weight: 1 })),
      ...comments
        .filter((comment) => comment.author === 'agent')
        .map((comment) => ({ text: comment.text, weight: 0.5 })),
    ],
    8,
  );
}
