import { z } from 'zod';
import { AskAnswer, AskInput } from '../../contract/abilities.ts';
import {
  checkCitations,
  dropUncheckedMarks,
  linkTexts,
  shownSources,
  sourceBlocks,
} from '../context/citations.ts';
import type { Context, SourcesContext } from '../context/catalogue.ts';
import { historySources } from '../context/history-sources.ts';
import { commentBlocks, ticketBlock } from '../context/ticket-blocks.ts';
import { defineFeature } from '../define-feature.ts';
import { allowedLinks, filterReply } from '../text/output-filter.ts';

const ModelAnswer = z.object({
  answer: z
    .string()
    .describe(
      'The answer to the question block, short, with [n] after each statement taken from source n; empty when the material does not answer it',
    ),
  citations: z.array(
    z.object({
      source: z.number().describe('Number of the source'),
      quote: z.string().describe('The words of the source that carry the statement, copied exactly'),
    }),
  ),
});

type Asked = Context<'ticket' | 'sources' | 'history'>;

/** The knowledge and the customer's other tickets under one numbering. */
const allSources = ({ sources: { sources }, history }: Asked, question: string): SourcesContext => ({
  sources: [...sources, ...historySources(question, history, sources.length + 1)],
});

export const ask = defineFeature({
  name: 'ask',
  title: 'Ask',
  input: AskInput,
  output: AskAnswer,
  model: {
    needs: ['ticket', 'sources', 'history'],
    sends: [
      'subject',
      'status',
      'priority',
      'type',
      'tags',
      'comments',
      'internal-notes',
      'sources',
      'agent-text',
    ],
    output: ModelAnswer,
    instructions: `Answer the agent's question from the ticket and the numbered sources, in one to four sentences. Sources of origin customer-ticket are other tickets of the same customer.
Put [n] after each statement from source n and copy its carrying words into citations; say "in the ticket" for what stands there. If the material does not answer it, leave answer empty.`,
    streams: { as: 'text', field: 'answer' },
    maxOutputTokens: 700,
    whenTooLong: 'trim',
    hasMaterial: (_, input) => input.question.trim() !== '',
    content: (context, input) => ({
      blocks: [
        ticketBlock(context.ticket),
        ...commentBlocks(context.ticket.comments),
        ...sourceBlocks(allSources(context, input.question)),
        { kind: 'question', attributes: { from: 'agent' }, text: input.question, keep: 'always' },
      ],
      task: 'Answer the question block in the fields of the schema.',
      language: input.locale,
    }),
    linkSources: (context, input) => linkTexts(context.ticket, allSources(context, input.question)),
    check: (answer, { context, input }) => {
      const all = allSources(context, input.question);
      const citations = checkCitations(answer.citations, all.sources);
      const { text } = filterReply(
        dropUncheckedMarks(answer.answer, new Set(citations.map(({ source }) => source))),
        allowedLinks(linkTexts(context.ticket, all)),
      );
      const shown = shownSources(all);
      return { kind: 'output', sources: shown, citations, output: { text, citations, sources: shown } };
    },
  },
});
