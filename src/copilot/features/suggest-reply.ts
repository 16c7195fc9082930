import { z } from 'zod';
import { SuggestedReply, SuggestReplyInput } from '../../contract/copilot.ts';
import {
  checkCitations,
  dropUncheckedMarks,
  linkTexts,
  shownSources,
  sourceBlocks,
} from '../context/citations.ts';
import { commentBlocks, lastCustomerComment, styleBlocks, ticketBlock } from '../context/ticket-blocks.ts';
import type { Context } from '../context/catalogue.ts';
import { defineFeature } from '../define-feature.ts';
import { confidenceFloor, rateReply } from '../ranking/confidence.ts';
import { allowedLinks, filterReply } from '../text/output-filter.ts';
import { repeatsPassage } from '../text/withheld.ts';

const ModelReply = z.object({
  language: z.string().describe("BCP 47 tag of the customer's language"),
  answer: z
    .string()
    .describe(
      'The reply to the customer, ready to send, with [n] after each statement taken from source n; empty when a needed fact is missing',
    ),
  citations: z.array(
    z.object({
      source: z.number().describe('Number of the source'),
      quote: z.string().describe('The words of the source that carry the statement, copied exactly'),
    }),
  ),
  missing: z
    .array(z.string())
    .describe(
      'Questions to the agent: facts the reply needs and the material does not give; empty when there are none',
    ),
});

export const suggestReply = defineFeature({
  name: 'suggest-reply',
  title: 'Reply',
  input: SuggestReplyInput,
  output: SuggestedReply,
  model: {
    needs: ['ticket', 'sources', 'lead'],
    sends: [
      'subject',
      'status',
      'priority',
      'type',
      'tags',
      'requester.name',
      'comments',
      'internal-notes',
      'sources',
      'agent-text',
    ],
    output: ModelReply,
    instructions: `Draft the agent's next public reply to the customer.
Answer the newest open question first. Take every fact from the ticket or a numbered source, put [n] after each statement from source n, and copy the carrying words of that source into citations.
Follow the style block, if there is one. Internal notes inform you; never quote them or mention that they exist. Do not offer to hand over to a human: a human is sending this. No signature.
If a fact the reply needs is missing, leave answer empty and ask the agent in missing. If the agent gives an instruction, follow it; it outranks the sources.`,
    streams: { as: 'text', field: 'answer' },
    maxOutputTokens: 1_200,
    whenTooLong: 'trim',
    hasMaterial: ({ ticket }) =>
      ticket.ticket.subject.trim() !== '' || lastCustomerComment(ticket.comments) !== undefined,
    content: ({ ticket, sources, lead }, input) => ({
      blocks: [
        ticketBlock(ticket, { requesterName: ticket.requesterName }),
        ...commentBlocks(ticket.comments),
        ...sourceBlocks(sources),
        ...styleBlocks(lead, ticket.ticket.brandId),
        ...(input.draft === undefined
          ? []
          : [{ kind: 'draft' as const, attributes: {}, text: input.draft, keep: 'always' as const }]),
        ...(input.instruction === undefined
          ? []
          : [
              {
                kind: 'instruction' as const,
                attributes: { from: 'agent' },
                text: input.instruction,
                keep: 'always' as const,
              },
            ]),
      ],
      task: taskFor(input.adjust, input.draft !== undefined, input.instruction !== undefined),
      language: 'customer',
    }),
    linkSources: ({ ticket, sources }, input) => [...linkTexts(ticket, sources), input.instruction ?? ''],
    check: (answer, { context, input }) => {
      const { sources } = context.sources;
      const isAllowed = allowedLinks([
        ...linkTexts(context.ticket, context.sources),
        input.instruction ?? '',
      ]);
      const citations = checkCitations(answer.citations, sources);
      const checked = new Set(citations.map(({ source }) => source));
      const filtered = filterReply(answer.answer, isAllowed);
      const text = dropUncheckedMarks(filtered.text, checked);
      const question = lastCustomerComment(context.ticket.comments)?.text ?? context.ticket.ticket.subject;
      const cited = sources.filter((source) => checked.has(source.number));
      const confidence = rateReply({
        question,
        cited,
        retrieved: sources.length,
        citationsDropped: answer.citations.length - citations.length,
        missing: answer.missing.length,
        linksRemoved: filtered.linksRemoved,
        instructed: input.instruction !== undefined,
      });
      // A draft that stands on nothing is worse than none: the agent is asked instead.
      const grounded = citations.length > 0 || input.instruction !== undefined;
      const draft = grounded && confidence.score >= confidenceFloor ? text : '';
      const shown = shownSources(context.sources);
      const missing = answer.missing
        .map((item) => filterReply(item, isAllowed).text)
        .filter((item) => item !== '')
        .slice(0, 4);
      return {
        kind: 'output',
        sources: shown,
        citations,
        output: {
          text: draft,
          citations,
          sources: shown,
          missing: draft === '' && missing.length === 0 ? [shortQuestion(question)] : missing,
          language: languageTag.test(answer.language) ? answer.language : '',
          confidence,
          usesInternalSource:
            cited.some((source) => source.internal) || repeatsInternal(draft, context, input),
        },
      };
    },
  },
});

/** Letters; a mistake only asks the agent once more. */
const internalPassage = 24;

/** Words of an internal note or source that neither the customer nor the agent has written: the model was told not to, but may have been told otherwise by what it read. */
function repeatsInternal(
  draft: string,
  { ticket, sources }: Context<'ticket' | 'sources'>,
  input: { readonly instruction?: string | undefined; readonly draft?: string | undefined },
): boolean {
  const isPublic = (): string =>
    [
      ticket.ticket.subject,
      ...ticket.comments.filter((comment) => comment.public).map(({ text }) => text),
      ...sources.sources.filter(({ internal }) => !internal).map(({ text }) => text),
      input.instruction ?? '',
    ].join('\n');
  return [
    ...ticket.comments.filter((comment) => !comment.public).map(({ text }) => text),
    ...sources.sources.filter(({ internal }) => internal).map(({ title, text }) => `${title}\n${text}`),
  ].some((text) => repeatsPassage(draft, text, isPublic, internalPassage));
}

/** BCP 47; anything else a model writes there is no language. */
const languageTag = /^[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}$/;

function taskFor(
  adjust: 'shorter' | 'warmer' | undefined,
  hasDraft: boolean,
  hasInstruction: boolean,
): string {
  const instruction = hasInstruction ? ' Follow the instruction block of the agent.' : '';
  if (hasDraft && adjust === 'shorter')
    return `Make the draft block shorter; keep its facts, links and [n] marks.${instruction}`;
  if (hasDraft && adjust === 'warmer')
    return `Make the draft block warmer in tone; keep its facts, links and [n] marks.${instruction}`;
  return `Draft the next public reply to the customer in the fields of the schema.${instruction}`;
}

/** What nothing answers, in the customer's own words. */
function shortQuestion(question: string): string {
  const sentences = question
    .split(/(?<=[.?!。？！؟])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
  const asked = sentences.find((sentence) => /[?？؟]$/.test(sentence)) ?? sentences[0] ?? question;
  return asked.length > 200 ? `${asked.slice(0, 199)}…` : asked;
}
