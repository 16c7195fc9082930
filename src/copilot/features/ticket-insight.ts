import { z } from 'zod';
import { AboutTicket, Sentiment, TicketInsight } from '../../contract/abilities.ts';
import type { TicketInsight as Insight } from '../../contract/abilities.ts';
import type { LeadSettings } from '../../services/settings/lead-settings.ts';
import { commentBlocks, ticketBlock } from '../context/ticket-blocks.ts';
import { defineFeature } from '../define-feature.ts';
import { insightEvidence } from '../evidence/insight.ts';
import { noCourse } from '../evidence/ticket-course.ts';
import type { DataBlock } from '../prompt/data-block.ts';
import { allowedLinks } from '../text/output-filter.ts';
import { ModelSummary, shownLine, shownSummary, summaryInstructions, ticketTexts } from './model-summary.ts';

// One odd field costs itself and nothing else.
const ModelInsight = z.object({
  intent: z
    .string()
    .nullable()
    .catch(null)
    .describe('Name of one intent of the choices block, exactly as given; null when none of them fits'),
  sentiment: Sentiment.nullable().catch(null).describe('How the customer sounds in the newest comment'),
  language: z.string().nullable().catch(null).describe("BCP 47 tag of the customer's language"),
  priority: z
    .enum(['low', 'normal', 'high', 'urgent'])
    .nullable()
    .catch(null)
    .describe('Priority the ticket deserves; null when nothing tells'),
  priorityReason: z.string().nullable().catch(null).describe('Why, in at most ten words'),
  group: z
    .string()
    .nullable()
    .catch(null)
    .describe('Name of one group of the choices block that should answer; null when none fits'),
  entities: z
    .array(z.object({ kind: z.string(), value: z.string() }))
    .catch([])
    .describe('Order numbers, products, amounts and dates, each with its kind; at most 6'),
  summary: ModelSummary.nullable().catch(null),
});

const mostEntities = 6;

function choices(lead: LeadSettings, groups: readonly { readonly name: string }[]): DataBlock[] {
  const lines = [
    ...lead.intents.map(({ name, examples }) => `intent: ${name} (${examples.slice(0, 3).join(' | ')})`),
    ...groups.map(({ name }) => `group: ${name}`),
  ];
  return lines.length === 0
    ? []
    : [{ kind: 'choices', attributes: {}, text: lines.join('\n'), keep: 'always' }];
}

const byName = <T extends { readonly name: string }>(
  items: readonly T[],
  name: string | null,
): T | undefined =>
  name === null ? undefined : items.find((item) => item.name.toLowerCase() === name.trim().toLowerCase());

const languageTag = /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/;

/** What a model's reading is taken as sure of; it gives no number of its own that could be trusted. */
const modelCertainty = 75;

export const ticketInsight = defineFeature({
  name: 'ticket-insight',
  title: 'Insight',
  input: AboutTicket,
  output: TicketInsight,
  opensWithTicket: true,
  evidence: {
    needs: ['ticket', 'lead', 'proposal', 'course', 'intentMeaning'],
    answer: (context, _, now): Insight => insightEvidence(context, now),
  },
  model: {
    // Not the neighbours: the model is asked as soon as the ticket is there.
    needs: ['ticket', 'lead', 'account'],
    sends: ['subject', 'status', 'priority', 'type', 'tags', 'comments', 'internal-notes'],
    output: ModelInsight,
    instructions: `Read the ticket for the agent who opens it: what it is about, how the customer feels, what they want, what happened, what is open.
For intent and group use only names of the choices block, and null when none fits. ${summaryInstructions}`,
    streams: { as: 'partial', fields: ['summary'] },
    maxOutputTokens: 1_200,
    whenTooLong: 'trim',
    hasMaterial: ({ ticket }) =>
      ticket.ticket.subject.trim() !== '' || ticket.comments.some((comment) => comment.text.trim() !== ''),
    content: ({ ticket, lead, account }, input) => ({
      blocks: [ticketBlock(ticket), ...commentBlocks(ticket.comments), ...choices(lead, account.groups)],
      task: 'Fill the fields of the schema for the ticket above.',
      language: input.locale,
    }),
    linkSources: ({ ticket }) => ticketTexts(ticket),
    check: (answer, { context, evidence, read }) => {
      const { ticket, lead, account } = context;
      const local =
        evidence ??
        insightEvidence(
          { ...context, proposal: { values: [], compared: 0 }, course: noCourse, intentMeaning: null },
          new Date(),
        );
      const isAllowed = allowedLinks(ticketTexts(ticket));
      const intent = byName(lead.intents, answer.intent);
      const group = byName(account.groups, answer.group);
      const entities = answer.entities
        .map(({ kind, value }) => ({ kind: shownLine(kind, isAllowed), value: shownLine(value, isAllowed) }))
        .filter(({ kind, value }) => kind !== '' && value !== '');
      return {
        kind: 'output',
        output: {
          ...local,
          // What the lead's own examples are sure of stands; the model decides where they are not.
          intent:
            local.intent !== null && local.intent.band === 'high'
              ? local.intent
              : intent === undefined
                ? null
                : {
                    name: intent.name,
                    certainty: modelCertainty,
                    band: 'medium' as const,
                    examples: intent.examples.slice(0, 2),
                  },
          sentiment: answer.sentiment ?? local.sentiment,
          language:
            local.language ??
            (answer.language !== null && languageTag.test(answer.language)
              ? { code: answer.language, certainty: modelCertainty }
              : null),
          priority:
            answer.priority === null
              ? local.priority
              : {
                  value: answer.priority,
                  certainty: modelCertainty,
                  why:
                    answer.priorityReason === null
                      ? null
                      : shownLine(answer.priorityReason, isAllowed) || null,
                },
          group:
            local.group ??
            (group === undefined ? null : { id: group.id, name: group.name, certainty: modelCertainty }),
          entities: (entities.length > 0 ? entities : [...local.entities]).slice(0, mostEntities),
          summary:
            answer.summary === null
              ? null
              : {
                  ...shownSummary(answer.summary, isAllowed),
                  lastCommentId: ticket.comments.at(-1)?.id ?? null,
                  commentsRead: read.comments,
                  commentsLeftOut: read.leftOut + ticket.commentsLeftOut,
                },
        },
      };
    },
  },
});
