import { AboutTicket, MacroSuggestions } from '../../contract/abilities.ts';
import { defineFeature } from '../define-feature.ts';
import { rankMacros } from '../evidence/rank-macros.ts';
import { comparedConversation } from '../evidence/tickets.ts';

const shown = 5;

export const suggestMacros = defineFeature({
  name: 'suggest-macros',
  title: 'Macros',
  input: AboutTicket,
  output: MacroSuggestions,
  opensWithTicket: true,
  evidence: {
    needs: ['ticket', 'macros', 'macroMeanings'],
    answer: ({ ticket, macros: { library, usable }, macroMeanings }) => {
      const { subject, text } = comparedConversation(ticket);
      return {
        macros: rankMacros(library, ({ id }) => usable.has(id), [subject, text], shown, macroMeanings),
        total: usable.size,
        groupId: ticket.ticket.groupId,
      };
    },
  },
});
