import { expect, it } from 'vitest';
import { answerAsDemoModel } from './demo-model.ts';

const block = (kind: string, text: string, more = ''): string =>
  `<data-a1b2c3 kind="${kind}"${more}>\n${text}\n</data-a1b2c3>`;
const written = (text: string): string =>
  block('comment', text, ' n="1" author="customer" public="true" at="2026-11-01T08:00:00Z"');
const ask = (task: string, properties: object, ...blocks: string[]): unknown =>
  JSON.parse(
    answerAsDemoModel({
      system: `Rules.\n\nTask: ${task}\nInstructions.`,
      user: `${blocks.join('\n')}\n\nDo it in the fields of the schema.\nAnswer in language: en`,
      schema: { type: 'object', properties, required: Object.keys(properties) } as never,
    }),
  );
const strings = { type: 'array', items: { type: 'string' } };

it('reviews a draft by the lines of the scorecard, and leaves out what it cannot judge', () => {
  const answer = ask(
    'review-quality',
    { lines: { type: 'array', items: { type: 'object', properties: {} } } },
    written('When do I get the refund for my tent?'),
    block('draft', 'Thank you for writing. Your refund for the tent arrives in 5 days.'),
    block('scorecard', 'Tone: Polite\nEmpathy: Recognises the problem\nBrand: Names the brand'),
  );
  expect(answer).toEqual({
    lines: [
      { name: 'Tone', score: 90, reason: 'The reply shows it.', quote: 'Thank you for writing.' },
      { name: 'Empathy', score: 45, reason: 'The reply lacks it.', quote: '' },
      { name: 'Brand', score: null, reason: '', quote: '' },
    ],
  });
});

it('answers a question about a ticket without a letter around it', () => {
  const answer = ask(
    'ask',
    { answer: { type: 'string' }, citations: strings },
    written('Where is my tent?'),
    block('question', 'How long does a refund take?'),
    block(
      'source',
      'A refund takes 5-7 business days after the parcel has arrived.',
      ' n="1" title="Refunds"',
    ),
  ) as { readonly answer: string };
  expect(answer.answer).toMatch(/^A refund takes 5-7 business days/);
});
