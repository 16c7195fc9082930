import { z } from 'zod';
import type { TicketWithComments } from '../../ports/help-desk.ts';
import { filterReply } from '../text/output-filter.ts';

/** The parts of a summary that a model fills; used by the summary alone and by the insight that opens a ticket. */
export const ModelSummary = z.object({
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
});
export type ModelSummary = z.infer<typeof ModelSummary>;

export const summaryInstructions = `Short phrases an agent can take in at a glance. Name order numbers, dates and amounts exactly as written. Leave out greetings and small talk. Do not judge anybody.`;

/** Texts whose links a reading of the ticket may repeat. */
export const ticketTexts = ({ ticket, comments }: TicketWithComments): string[] => [
  ticket.subject,
  ...ticket.tags,
  ...comments.map(({ text }) => text),
];

type IsAllowed = (link: string) => boolean;

/** Lines as they may be shown: no HTML, no new links, none empty, none twice. */
export const shownLines = (items: readonly string[], limit: number, isAllowed: IsAllowed): string[] =>
  [...new Set(items.map((item) => shownLine(item, isAllowed)).filter((item) => item !== ''))].slice(0, limit);

export const shownLine = (item: string, isAllowed: IsAllowed): string => filterReply(item, isAllowed).text;

/** A model's summary as it may be shown. */
export const shownSummary = (answer: ModelSummary, isAllowed: IsAllowed): ModelSummary => ({
  wants: shownLine(answer.wants, isAllowed),
  facts: shownLines(answer.facts, 6, isAllowed),
  happened: shownLines(answer.happened, 6, isAllowed),
  open: shownLines(answer.open, 5, isAllowed),
  next: answer.next === null ? null : shownLine(answer.next, isAllowed) || null,
});
