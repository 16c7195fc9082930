import { expect, it } from 'vitest';
import { answerAsDemoModel } from './demo-model.ts';

it('a choice falls on the value whose solved tickets are most like the ticket, and on none without a likeness', () => {
  const block = (attributes: string, text: string): string =>
    `<data-a1b2c3 ${attributes}>\n${text}\n</data-a1b2c3>`;
  const letter = { anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }] };
  const user = [
    block('kind="ticket"', 'Subject: Refund for a torn tent'),
    block('kind="comment" n="1" author="customer" public="true"', 'I want my money back for the tent.'),
    block(
      'kind="choices"',
      [
        'field_1: Group',
        '  a: Logistics, as in: Where is my parcel',
        '  b: Money, as in: Refund of a tent',
        'field_2: Level',
        '  a: Blue',
        '  b: Green',
      ].join('\n'),
    ),
  ].join('\n');
  const answer = answerAsDemoModel({
    system: 'Rules.\n\nTask: triage-ticket\nInstructions.',
    user: `${user}\n\nFill the fields of the schema.\nAnswer in language: en`,
    schema: { type: 'object', properties: { field_1: letter, field_2: letter } },
  });
  expect(JSON.parse(answer)).toEqual({ field_1: 'b', field_2: null });
});
