import { z } from 'zod';
import { QualityReview, ReviewQualityInput } from '../../contract/abilities.ts';
import type { Comment } from '../../ports/help-desk.ts';
import { defaultScorecard, type ScorecardLine } from '../../services/settings/lead-settings.ts';
import { commentBlocks, ticketBlock } from '../context/ticket-blocks.ts';
import { defineFeature } from '../define-feature.ts';
import { normalizeForQuote } from '../text/clean-text.ts';
import { allowedLinks } from '../text/output-filter.ts';
import { shownLine, ticketTexts } from './model-summary.ts';

const ModelReview = z.object({
  lines: z.array(
    z.object({
      name: z.string().describe('Name of the scorecard line, exactly as given'),
      score: z
        .number()
        .nullable()
        .describe('0 to 100: how well the reply does; null when the line does not apply to it'),
      reason: z.string().describe('Why, in one short sentence'),
      quote: z
        .string()
        .describe('The words of the reply it stands on, copied exactly; empty when there are none'),
    }),
  ),
});

const lastReply = (comments: readonly Comment[]): Comment | undefined =>
  comments.findLast(
    ({ author, public: isPublic, text }) => author === 'agent' && isPublic && text.trim() !== '',
  );

const scorecardOf = (lines: readonly ScorecardLine[]): readonly ScorecardLine[] =>
  lines.length > 0 ? lines : defaultScorecard;

/** Mean of the lines that apply, by their weights; null when none does. */
function total(lines: readonly { readonly score: number | null; readonly weight: number }[]): number | null {
  const rated = lines.flatMap(({ score, weight }) =>
    score === null || weight <= 0 ? [] : [{ score, weight }],
  );
  const weights = rated.reduce((sum, { weight }) => sum + weight, 0);
  return weights === 0
    ? null
    : Math.round(rated.reduce((sum, { score, weight }) => sum + score * weight, 0) / weights);
}

export const reviewQuality = defineFeature({
  name: 'review-quality',
  title: 'Quality',
  input: ReviewQualityInput,
  output: QualityReview,
  model: {
    needs: ['ticket', 'lead'],
    sends: ['subject', 'status', 'priority', 'type', 'tags', 'comments', 'agent-text'],
    output: ModelReview,
    instructions: `Review the draft block, an agent's reply to the customer, against each line of the scorecard block.
Judge only what the reply says, in the light of the conversation. A line that does not apply gets null. Be fair and concrete; quote the words you judge.`,
    streams: { as: 'partial', fields: [] },
    maxOutputTokens: 1_200,
    whenTooLong: 'trim',
    hasMaterial: ({ ticket }, input) => (input.draft ?? lastReply(ticket.comments)?.text ?? '').trim() !== '',
    content: ({ ticket, lead }, input) => {
      const reply = lastReply(ticket.comments);
      const before =
        input.draft === undefined && reply !== undefined
          ? ticket.comments.slice(0, ticket.comments.indexOf(reply))
          : ticket.comments;
      return {
        blocks: [
          ticketBlock(ticket),
          ...commentBlocks(before.filter((comment) => comment.public)),
          { kind: 'draft', attributes: {}, text: input.draft ?? reply?.text ?? '', keep: 'always' },
          {
            kind: 'scorecard',
            attributes: {},
            text: scorecardOf(lead.scorecard.lines)
              .map(({ name, description }) => `${name}: ${description}`)
              .join('\n'),
            keep: 'always',
          },
        ],
        task: 'Review the draft block in the fields of the schema, one entry for each line of the scorecard block.',
        language: input.locale,
      };
    },
    linkSources: ({ ticket }, input) => [...ticketTexts(ticket), input.draft ?? ''],
    check: (answer, { context, input }) => {
      const isAllowed = allowedLinks([...ticketTexts(context.ticket), input.draft ?? '']);
      const reply = normalizeForQuote(input.draft ?? lastReply(context.ticket.comments)?.text ?? '');
      const lines = scorecardOf(context.lead.scorecard.lines).map(({ name, weight }) => {
        const given = answer.lines.find((line) => line.name.trim().toLowerCase() === name.toLowerCase());
        const score = given?.score ?? null;
        const quote = given === undefined ? '' : given.quote.trim();
        return {
          name,
          weight,
          score: score === null ? null : Math.round(Math.min(100, Math.max(0, score))),
          reason: given === undefined ? '' : shownLine(given.reason, isAllowed),
          // A quote that does not stand in the reply is none.
          quote: quote !== '' && reply.includes(normalizeForQuote(quote)) ? quote : '',
        };
      });
      // A draft is no part of the ticket yet.
      const writable = input.draft === undefined && context.lead.scorecard.writeScoreTo !== null;
      return { kind: 'output', output: { total: total(lines), lines, writable } };
    },
  },
});
