import { AboutTicket, Duplicates } from '../../contract/abilities.ts';
import { defineFeature } from '../define-feature.ts';
import { findDuplicates as rankDuplicates, indexCandidates } from '../evidence/duplicates.ts';
import {
  bandOf,
  beginning,
  compared,
  comparedConversation,
  percent,
  sharedWords,
  ticketEvidence,
} from '../evidence/tickets.ts';

const shown = 5;

export const findDuplicates = defineFeature({
  name: 'find-duplicates',
  title: 'Duplicates',
  input: AboutTicket,
  output: Duplicates,
  opensWithTicket: true,
  evidence: {
    needs: ['ticket', 'neighbours', 'requesterTickets'],
    answer: ({ ticket, neighbours, requesterTickets }) => {
      // A closed ticket can be neither merged nor linked.
      const open = [...requesterTickets, ...neighbours.open].filter(({ status }) => status !== 'closed');
      const candidates = [...new Map(open.map((other) => [other.id, other])).values()];
      const own = comparedConversation(ticket);
      const byId = new Map(candidates.map((other) => [other.id, other]));
      const ranked = rankDuplicates(own, indexCandidates(candidates.map(compared)), shown);
      return {
        candidates: ranked.flatMap(({ id, kind, likelihood, band, shared }) => {
          const other = byId.get(id);
          if (other === undefined || band === 'unlikely') return [];
          const certainty = percent(likelihood);
          return [
            {
              ticket: ticketEvidence(other, sharedWords(shared)),
              kind,
              likelihood: certainty,
              band: bandOf(certainty),
              own: beginning(own.text),
              other: beginning(other.description),
              isProblem: other.type === 'problem',
              updatedAt: other.updatedAt,
            },
          ];
        }),
      };
    },
  },
});
