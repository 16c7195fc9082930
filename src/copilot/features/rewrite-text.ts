import { RewriteTextInput, RewrittenText, type rewriteModes } from '../../contract/copilot.ts';
import { styleBlocks } from '../context/ticket-blocks.ts';
import { defineFeature } from '../define-feature.ts';
import { cleanText } from '../text/clean-text.ts';
import type { DataBlock } from '../prompt/data-block.ts';
import { lostParts } from '../text/kept-parts.ts';

type Mode = (typeof rewriteModes)[number];

const tasks: Readonly<Record<Mode, string>> = {
  'fix-grammar': 'Correct spelling, grammar and punctuation. Change nothing else.',
  shorten: 'Say the same in fewer words.',
  expand: 'Say the same in more detail, without adding facts.',
  simplify: 'Use short sentences and plain words.',
  friendlier: 'Make the tone warmer.',
  formal: 'Make the tone more formal.',
  translate: 'Translate it.',
  custom: 'Follow the instruction block of the agent.',
};
const restructuring: ReadonlySet<Mode> = new Set(['shorten', 'expand', 'custom']);

/** Fences and lead-ins some models put around an answer. */
function unwrap(answer: string): string {
  const fenced = /^\s*```[a-z]*\n([\s\S]*?)\n?```\s*$/.exec(answer);
  return cleanText(fenced?.[1] ?? answer).trim();
}

export const rewriteText = defineFeature({
  name: 'rewrite-text',
  title: 'Improve my text',
  input: RewriteTextInput,
  output: RewrittenText,
  model: {
    needs: ['lead'],
    sends: ['agent-text'],
    instructions: `Rewrite the agent's draft as asked, in the style of the style block if there is one. Answer with the rewritten text alone: no introduction, no quotation marks, no comments.
Keep every link, every placeholder such as {{ticket.requester.first_name}}, every number and date exactly as it is. Keep HTML tags as they are. Keep the language unless asked to translate.`,
    streams: { as: 'text' },
    maxOutputTokens: 2_000,
    whenTooLong: 'trim',
    hasMaterial: (_, input) => input.text.trim() !== '',
    content: ({ lead }, input) => {
      const draft: DataBlock = {
        kind: 'draft',
        attributes: { format: input.html ? 'html' : 'text' },
        text: input.text,
        keep: 'always',
      };
      const instruction: DataBlock[] =
        input.instruction === undefined
          ? []
          : [{ kind: 'instruction', attributes: { from: 'agent' }, text: input.instruction, keep: 'always' }];
      return {
        blocks: [draft, ...styleBlocks(lead, null), ...instruction],
        task: `Mode: ${input.mode}\n${tasks[input.mode]}`,
        language:
          input.mode === 'translate'
            ? (input.targetLanguage ?? input.locale)
            : 'the same language as the draft',
      };
    },
    linkSources: (_, input) => [input.text, input.instruction ?? ''],
    check: (answer, { input, last }) => {
      const text = unwrap(answer);
      if (text === '') return { kind: 'refused', detail: 'The rewritten text was empty.' };
      const lost = lostParts(input.text, text, {
        html: input.html,
        mayRestructure: restructuring.has(input.mode),
      });
      if (lost.length > 0 && !last)
        return {
          kind: 'again',
          because: `Your last try lost or changed ${lost.join(', ')}. Keep them exactly.`,
        };
      if (lost.length > 0)
        return {
          kind: 'refused',
          detail: `The rewritten text lost or changed ${lost.join(', ')}. Your own text is untouched.`,
        };
      return { kind: 'output', output: { text, changed: text !== input.text.trim() } };
    },
  },
});
