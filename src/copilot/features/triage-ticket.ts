import { z } from 'zod';
import { TriageInput, TriageProposal } from '../../contract/abilities.ts';
import { commentBlocks, ticketBlock } from '../context/ticket-blocks.ts';
import { defineFeature } from '../define-feature.ts';
import type { DataBlock } from '../prompt/data-block.ts';

type Value = TriageProposal['values'][number];

/** What a value chosen by a model is taken as sure of: models give no number of their own that could be trusted. */
export const modelCertainty = 75;
/** A model is asked about no more fields than this at a time. */
const mostFields = 8;
const shownSubjects = 2;
// Letters, so that the schema holds nothing of the account: what they stand for is data.
const letters = ['a', 'b', 'c'] as const;

/** Fields that the solved tickets leave open, and about which a model may be asked. */
const openValues = (
  { values }: TriageProposal,
  { mayAskAbout }: { readonly mayAskAbout?: readonly string[] | undefined },
): readonly Value[] =>
  values
    .filter(({ field, candidates }) => candidates.length > 1 && mayAskAbout?.includes(field) !== false)
    .slice(0, mostFields);

const nameOf = (at: number): string => `field_${at + 1}`;
// An answer that is none of the letters costs itself and nothing else.
const letterOf = (candidates: number) => z.enum(letters.slice(0, candidates)).nullable().catch(null);

function choicesBlock(open: readonly Value[]): DataBlock {
  const lines = open.flatMap(({ title, candidates }, at) => [
    `${nameOf(at)}: ${title}`,
    ...candidates.map(({ valueTitle, evidence }, place) => {
      const subjects = evidence.slice(0, shownSubjects).map(({ subject }) => subject);
      return `  ${letters[place]}: ${valueTitle}${subjects.length === 0 ? '' : `, as in: ${subjects.join(' | ')}`}`;
    }),
  ]);
  return { kind: 'choices', attributes: {}, text: lines.join('\n'), keep: 'always' };
}

function decided(value: Value, letter: string | null | undefined): Value {
  const chosen = value.candidates[letters.findIndex((one) => one === letter)];
  if (chosen === undefined) return value;
  return { ...value, ...chosen, certainty: modelCertainty, band: 'medium', decidedBy: 'model' };
}

export const triageTicket = defineFeature({
  name: 'triage-ticket',
  title: 'Triage',
  input: TriageInput,
  output: TriageProposal,
  opensWithTicket: true,
  evidence: { needs: ['proposal'], answer: ({ proposal }) => proposal },
  model: {
    needs: ['ticket', 'proposal'],
    sends: ['subject', 'status', 'priority', 'type', 'tags', 'comments', 'internal-notes', 'sources'],
    output: z.record(z.string(), z.enum(letters).nullable()),
    openOutput: (about) => {
      const count = about.measure(([{ proposal }, input]) => openValues(proposal, input).length);
      if (count === 0) return undefined;
      const fields = Array.from({ length: count }, (_, at): [string, z.ZodType] => [
        nameOf(at),
        letterOf(
          about.measure(([{ proposal }, input]) => openValues(proposal, input)[at]?.candidates.length ?? 0),
        ),
      ]);
      return z.object(Object.fromEntries(fields));
    },
    instructions: `Solved tickets like this one leave some of its fields open between a few values. For each field of the choices block, answer with the letter of the value that an agent would set for the ticket, going by what the ticket says and by the solved tickets named beside each value. Answer null where the ticket does not tell.`,
    streams: { as: 'partial', fields: [] },
    maxOutputTokens: 400,
    whenTooLong: 'trim',
    hasMaterial: ({ ticket }) =>
      ticket.ticket.subject.trim() !== '' || ticket.comments.some(({ text }) => text.trim() !== ''),
    content: ({ ticket, proposal }, input) => ({
      blocks: [
        ticketBlock(ticket),
        ...commentBlocks(ticket.comments),
        choicesBlock(openValues(proposal, input)),
      ],
      task: 'Fill the fields of the schema, which stand for those of the choices block, for the ticket above.',
      language: input.locale,
    }),
    check: (answer, { context: { proposal }, input }) => {
      const open = openValues(proposal, input);
      return {
        kind: 'output',
        output: {
          ...proposal,
          values: proposal.values.map((value) => {
            const at = open.indexOf(value);
            return at < 0 ? value : decided(value, answer[nameOf(at)]);
          }),
        },
      };
    },
  },
});
