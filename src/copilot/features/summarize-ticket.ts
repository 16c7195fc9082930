import { z } from 'zod';
import { SummarizeTicketInput, TicketSummary } from '../../contract/copilot.ts';
import { commentBlocks, ticketBlock } from '../context/ticket-blocks.ts';
import { defineFeature } from '../define-feature.ts';
import { filterReply } from '../text/output-filter.ts';

const ModelSummary = z.object({
  wants: z.string().describe('What the customer wants, in one sentence, facts first'),
  facts: z
    .array(z.string())
    .describe(
      'Order numbers, dates, amounts, product names and other hard facts, each as a short phrase; at most 5',
    ),
  happened: z
    .array(z.string())
    .describe('What happened so far, oldest first, each in one short sentence; at most 4'),
  open: z.array(z.string()).describe('Questions nobody has answered yet; empty when there are none'),
  next: z
    .string()
    .nullable()
    .describe('The next step somebody promised or that follows from the ticket, or null'),
  changed: z
    .array(z.string())
    .describe('Only what is new after the comment marked new="true"; empty when no comment is marked'),
});

const noLinks = (): boolean => true;
const short = (items: readonly string[], limit: number): string[] =>
  [...new Set(items.map((item) => filterReply(item, noLinks).text).filter((item) => item !== ''))].slice(
    0,
    limit,
  );

export const summarizeTicket = defineFeature({
  name: 'summarize-ticket',
  title: 'Summary',
  needs: ['ticket'],
  sends: ['subject', 'status', 'priority', 'type', 'tags', 'comments', 'internal-notes'],
  input: SummarizeTicketInput,
  output: TicketSummary,
  modelOutput: ModelSummary,
  instructions: `Summarise the ticket for the agent who takes it over: what the customer wants, the hard facts, what happened, what is still open, and the next step.
Short phrases an agent can take in at a glance. Name order numbers, dates and amounts exactly as written. Leave out greetings and small talk. Do not judge anybody.`,
  streams: { as: 'partial' },
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
  check: (answer, { context, input, read }) => ({
    kind: 'output',
    output: {
      wants: filterReply(answer.wants, noLinks).text,
      facts: short(answer.facts, 6),
      happened: short(answer.happened, 6),
      open: short(answer.open, 5),
      next: answer.next === null ? null : filterReply(answer.next, noLinks).text || null,
      changed: input.sinceCommentId === null ? [] : short(answer.changed, 5),
      lastCommentId: context.ticket.comments.at(-1)?.id ?? null,
      commentsRead: read.comments,
      commentsLeftOut: read.leftOut + context.ticket.commentsLeftOut,
    },
  }),
});
