import { AboutTicket, TagSuggestions } from '../../contract/abilities.ts';
import { wholeOf } from '../classify/ticket-space.ts';
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
    needs: ['ticket', 'neighbours', 'countedSolved'],
    answer: ({ ticket, neighbours, countedSolved }) => {
      const tagged = neighbours.solved.filter(({ tags }) => tags.length > 0);
      if (tagged.length === 0) return { tags: [], compared: 0 };
      const own = comparedConversation(ticket);
      const present = new Set(ticket.ticket.tags);
      const tagger = trainTagger(
        tagged.map((other) => ({
          text: wholeOf(compared(other)),
          tags: other.tags.filter((tag) => !ofPrograms.test(tag)),
        })),
        countedSolved.whole,
      );
      return {
        tags: tagger
          .suggest(wholeOf(own))
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
