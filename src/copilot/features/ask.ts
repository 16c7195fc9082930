import { z } from 'zod';
import { AskAnswer, AskInput } from '../../contract/abilities.ts';
import {
  checkCitations,
  dropUncheckedMarks,
  linkTexts,
  shownSources,
  sourceBlocks,
} from '../context/citations.ts';
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

export const ask = defineFeature({
  name: 'ask',
  title: 'Ask',
  input: AskInput,
  output: AskAnswer,
  model: {
    needs: ['ticket', 'sources'],
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
    instructions: `Answer the agent's question from the ticket and the numbered sources, in one to four sentences.
Put [n] after each statement from source n and copy its carrying words into citations; say "in the ticket" for what stands there. If the material does not answer it, leave answer empty.`,
    streams: { as: 'text', field: 'answer' },
    maxOutputTokens: 700,
    whenTooLong: 'trim',
    hasMaterial: (_, input) => input.question.trim() !== '',
    content: ({ ticket, sources }, input) => ({
      blocks: [
        ticketBlock(ticket),
        ...commentBlocks(ticket.comments),
        ...sourceBlocks(sources),
        { kind: 'question', attributes: { from: 'agent' }, text: input.question, keep: 'always' },
      ],
      task: 'Answer the question block in the fields of the schema.',
      language: input.locale,
    }),
    linkSources: ({ ticket, sources }) => linkTexts(ticket, sources),
    check: (answer, { context }) => {
      const { sources } = context.sources;
      const citations = checkCitations(answer.citations, sources);
      const { text } = filterReply(
        dropUncheckedMarks(answer.answer, new Set(citations.map(({ source }) => source))),
        allowedLinks(linkTexts(context.ticket, context.sources)),
      );
      const shown = shownSources(context.sources);
      return { kind: 'output', sources: shown, citations, output: { text, citations, sources: shown } };
    },
  },
});
