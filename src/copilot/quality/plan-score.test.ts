import { describe, expect, it } from 'vitest';
import type { AccountShape, Ticket } from '../../ports/help-desk.ts';
import { planScore } from './plan-score.ts';

const account: AccountShape = {
  groups: [],
  dropDowns: [
    {
      id: 5,
      title: 'Quality',
      options: [
        { name: 'Good', value: 'qa_good' },
        { name: 'Poor', value: 'qa_poor' },
      ],
    },
  ],
  numbers: [{ id: 6, title: 'Quality score' }],
};
const ticket = { tags: ['refund'], customFields: [] } as unknown as Ticket;
const holding = (id: number, value: unknown): Ticket => ({ ...ticket, customFields: [{ id, value }] });

describe('where a score goes', () => {
  it('is a number field, whose present value is shown', () => {
    const target = { kind: 'number', fieldId: 6 } as const;
    expect(planScore(ticket, target, 85, account)).toEqual({
      target: 'number',
      title: 'Quality score',
      from: null,
      to: '85',
      values: { customFields: [{ id: 6, value: 85 }] },
    });
    for (const value of [60, '60', '60.0'])
      expect(planScore(holding(6, value), target, 85, account)?.from).toBe('60');
    expect(planScore(ticket, { ...target, fieldId: 7 }, 85, account)).toBeUndefined();
  });

  it('is an option of a drop-down by where its range begins', () => {
    const options = [
      { from: 70, value: 'qa_good' },
      { from: 20, value: 'qa_poor' },
    ];
    const target = { kind: 'drop-down', fieldId: 5, options } as const;
    const optionFor = (score: number) => planScore(holding(5, 'qa_poor'), target, score, account);
    expect(optionFor(70)).toMatchObject({ from: 'Poor', to: 'Good' });
    expect(optionFor(69)).toMatchObject({ to: 'Poor', values: { customFields: [{ value: 'qa_poor' }] } });
    expect(optionFor(19)).toBeUndefined();
  });

  it('is one tag for ten points, in place of an earlier one and of no other', () => {
    const tags = ['refund', 'qa_50', 'qa_team', 'qa_1000'];
    expect(planScore({ ...ticket, tags }, { kind: 'tag', prefix: 'qa_' }, 87, account)).toEqual({
      target: 'tag',
      title: null,
      from: 'qa_50',
      to: 'qa_80',
      values: { tags: ['refund', 'qa_team', 'qa_1000', 'qa_80'] },
    });
  });
});
