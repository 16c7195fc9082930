import { SimilarTickets, SimilarTicketsInput } from '../../contract/abilities.ts';
import type { Ticket, TicketWithComments } from '../../ports/help-desk.ts';
import { defineFeature } from '../define-feature.ts';
import { withMeaning } from '../ranking/meanings.ts';
import { findDuplicates, indexCandidates } from '../evidence/duplicates.ts';
import {
  beginning,
  compared,
  comparedConversation,
  percent,
  sharedWords,
  ticketEvidence,
} from '../evidence/tickets.ts';

const solvedShown = 5;
const openShown = 5;
/** Below this likeness two tickets only happen to use the same words. */
const leastLikeness = 10;

/** The last thing an agent told the customer, without its first line when that only greets. */
function answerOf({ comments }: TicketWithComments): string | null {
  const last = comments.findLast(
    ({ author, public: isPublic, text }) => author === 'agent' && isPublic && text.trim() !== '',
  );
  if (last === undefined) return null;
  const [first = '', ...rest] = last.text.trim().split('\n');
  const body = first.length < 40 && /[,!،：:]\s*$/.test(first) ? rest.join('\n').trim() : last.text.trim();
  return beginning(body === '' ? last.text.trim() : body);
}

export const similarTickets = defineFeature({
  name: 'similar-tickets',
  title: 'Similar tickets',
  input: SimilarTicketsInput,
  output: SimilarTickets,
  opensWithTicket: true,
  evidence: {
    needs: ['ticket', 'neighbours', 'ticketMeanings'],
    moreNeeds: ({ withAnswers }) => (withAnswers ? ['solvedConversations'] : []),
    answer: ({ ticket, neighbours, ticketMeanings, solvedConversations = [] }) => {
      const answers = new Map(solvedConversations.map((solved) => [solved.ticket.id, answerOf(solved)]));
      const own = comparedConversation(ticket);
      const like = (tickets: readonly Ticket[]) => {
        const byId = new Map(tickets.map((other) => [other.id, other]));
        const found = findDuplicates(own, indexCandidates(tickets.map(compared)), tickets.length).flatMap(
          ({ id, likelihood, shared }) => {
            const other = byId.get(id);
            const likeness = percent(likelihood);
            if (other === undefined || likeness < leastLikeness) return [];
            return [{ other, shown: { ...ticketEvidence(other, sharedWords(shared)), likeness } }];
          },
        );
        return withMeaning(found, ticketMeanings, ({ other }) => other.id);
      };
      const open = like(neighbours.open);
      return {
        solved: like(neighbours.solved)
          .slice(0, solvedShown)
          .map(({ other, shown }) => ({
            ...shown,
            tags: [...other.tags],
            updatedAt: other.updatedAt,
            answer: answers.get(other.id) ?? null,
          })),
        open: open.slice(0, openShown).map(({ shown }) => shown),
        openCount: open.length,
      };
    },
  },
});
