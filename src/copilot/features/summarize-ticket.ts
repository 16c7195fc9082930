import { z } from 'zod';
import { SummarizeTicketInput, TicketSummary } from '../../contract/copilot.ts';
import { commentBlocks, ticketBlock } from '../context/ticket-blocks.ts';
import { defineFeature } from '../define-feature.ts';
import { allowedLinks } from '../text/output-filter.ts';
import { ModelSummary, shownLines, shownSummary, summaryInstructions, ticketTexts } from './model-summary.ts';

const ModelAnswer = ModelSummary.extend({
  changed: z
    .array(z.string())
    .describe('Only what is new after the comment marked new="true"; empty when no comment is marked'),
});

export const summarizeTicket = defineFeature({
  name: 'summarize-ticket',
  title: 'Summary',
  input: SummarizeTicketInput,
  output: TicketSummary,
  model: {
    needs: ['ticket'],
    sends: ['subject', 'status', 'priority', 'type', 'tags', 'comments', 'internal-notes'],
    output: ModelAnswer,
    instructions: `Summarise the ticket for the agent who takes it over: what the customer wants, the hard facts, what happened, what is still open, and the next step.
${summaryInstructions}`,
    streams: { as: 'partial', fields: Object.keys(ModelAnswer.shape) },
    maxOutputTokens: 900,
    whenTooLong: 'parts',
    hasMaterial: ({ ticket }) =>
      ticket.ticket.subject.trim() !== '' || ticket.comments.some((comment) => comment.text.trim() !== ''),
    content: ({ ticket }, input) => {
      const visible = ticket.comments.filter((comment) => input.includeInternalNotes || comment.public);
      const since = input.sinceCommentId;
      const blocks = commentBlocks(visible).map((block) => {
        const comment = visible[Number(block.attributes['n']) - 1];
        const isNew = since !== null && comment !== undefined && comment.id > since;
        return isNew ? { ...block, attributes: { ...block.attributes, new: true } } : block;
      });
      return {
        blocks: [ticketBlock(ticket), ...blocks],
        task: 'Summarise the ticket above in the fields of the schema.',
        language: input.locale,
      };
    },
    linkSources: ({ ticket }) => ticketTexts(ticket),
    check: (answer, { context, input, read }) => {
      const isAllowed = allowedLinks(ticketTexts(context.ticket));
      return {
        kind: 'output',
        output: {
          ...shownSummary(answer, isAllowed),
          changed: input.sinceCommentId === null ? [] : shownLines(answer.changed, 5, isAllowed),
          lastCommentId: context.ticket.comments.at(-1)?.id ?? null,
          commentsRead: read.comments,
          commentsLeftOut: read.leftOut + context.ticket.commentsLeftOut,
        },
      };
    },
  },
});
