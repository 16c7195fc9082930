import { AboutTicket, TagSuggestions } from '../../contract/abilities.ts';
import { defineFeature } from '../define-feature.ts';
import { trainTagger } from '../evidence/tags.ts';
import { bandOf, compared, comparedConversation, percent, ticketEvidence } from '../evidence/tickets.ts';

const shown = 5;
/** Tags that programs set say nothing about what a ticket is about. */
const ofPrograms = /^(?:indesk_|closed_by_merge$|merge$|system_|zendesk_)/;

export const suggestTags = defineFeature({
  name: 'suggest-tags',
  title: 'Tags',
  input: AboutTicket,
  output: TagSuggestions,
  opensWithTicket: true,
  evidence: {
    needs: ['ticket', 'neighbours'],
    answer: ({ ticket, neighbours }) => {
      const tagged = neighbours.solved.filter(({ tags }) => tags.length > 0);
      if (tagged.length === 0) return { tags: [], compared: 0 };
      const own = comparedConversation(ticket);
      const present = new Set(ticket.ticket.tags);
      const tagger = trainTagger(
        tagged.map((other) => {
          const { subject, text } = compared(other);
          return { text: `${subject}\n${text}`, tags: other.tags.filter((tag) => !ofPrograms.test(tag)) };
        }),
      );
      return {
        tags: tagger
          .suggest(`${own.subject}\n${own.text}`)
          .filter(({ tag }) => !present.has(tag))
          .slice(0, shown)
          .map(({ tag, score, carriers }) => ({
            tag,
            certainty: percent(score),
            band: bandOf(percent(score)),
            evidence: carriers.flatMap((index) => {
              const other = tagged[index];
              return other === undefined ? [] : [ticketEvidence(other, [])];
            }),
          })),
        compared: tagged.length,
      };
    },
  },
});
