import { describe, expect, it } from 'vitest';
import { buildLibrary, changedFields, textOf, type KnownMacro } from '../macros/macro-library.ts';
import { estimateAcceptance } from './macro-acceptance.ts';
import { rankMacros } from './rank-macros.ts';

const macro = (id: number, title: string, reply: string, more: Partial<KnownMacro> = {}): KnownMacro => ({
  id,
  title,
  description: null,
  actions: [{ field: 'comment_value', value: ['channel:all', reply] }],
  restriction: null,
  ...more,
});
const macros = [
  macro(1, 'Billing::Approve refund', 'Your refund is approved; banks show it within a week.'),
  macro(2, 'Billing::Refuse refund', 'A refund is not possible after the return window; banks know nothing.'),
  macro(3, 'Lantern::Reset', 'Hold the red button of the lantern until it flickers twice.'),
  macro(4, 'Coffee::Pause subscription', 'Your coffee subscription is paused until you write again.'),
];
const ids = (
  counts: Parameters<typeof estimateAcceptance>[0],
  text: string,
  usable: (id: number) => boolean = () => true,
) =>
  rankMacros(buildLibrary(macros, estimateAcceptance(counts)), ({ id }) => usable(id), [text], 5).map(
    ({ id }) => id,
  );

describe('ranking macros', () => {
  it('goes by what the customer wrote', () => {
    expect(ids([], 'My lantern flickers, the red button does nothing')[0]).toBe(3);
    expect(ids([], 'Please pause my coffee subscription')[0]).toBe(4);
  });

  it('counts meaning beside words where it is known, among what words find', () => {
    const library = buildLibrary(macros, estimateAcceptance([]));
    const ranked = (meanings?: ReadonlyMap<number, number>) =>
      rankMacros(library, () => true, ['When will the refund be on my bank account?'], 5, meanings).map(
        ({ id }) => id,
      );
    const byWords = ranked();
    expect(new Set(byWords)).toEqual(new Set([1, 2]));
    const [first = 0, second = 0] = byWords;
    expect(ranked(new Map())).toEqual(byWords);
    // The one that only meaning finds near does not come in, and both orders count alike.
    expect(
      ranked(
        new Map([
          [first, 0.2],
          [second, 0.3],
          [4, 0.9],
        ]),
      ),
    ).toEqual(byWords);
    expect(ranked(new Map([[second, 0.9]]))[0]).toBe(second);
  });

  it('suggests nothing for everyday words, numbers and abbreviations alone', () => {
    expect(ids([], 'hello, can you help me please? order BL 30')).toEqual([]);
    expect(ids([], '')).toEqual([]);
  });

  it('suggests nothing the agent may not use', () => {
    expect(ids([], 'My lantern flickers, the red button does nothing', (id) => id !== 3)).not.toContain(3);
  });

  it('prefers, of two that fit alike, the one agents take when they see it', () => {
    const ticket = 'I want a refund to my bank';
    const taken = (id: number, applied: number) => ({ macroId: id, rank: 1, shown: 100, applied });
    expect(ids([taken(1, 60), taken(2, 2)], ticket).slice(0, 2)).toEqual([1, 2]);
    expect(ids([taken(1, 2), taken(2, 60)], ticket).slice(0, 2)).toEqual([2, 1]);
    // However popular, it does not overtake a macro whose text fits much better.
    expect(ids([taken(1, 100), taken(3, 0)], 'My lantern flickers, the red button, refund?')[0]).toBe(3);
  });

  it('does not hold a low place against a macro', () => {
    const ticket = 'I want a refund to my bank';
    const first = { macroId: 1, rank: 1, shown: 400, applied: 60 };
    const fifth = { macroId: 2, rank: 5, shown: 400, applied: 50 };
    expect(ids([first, fifth], ticket).slice(0, 2)).toEqual([2, 1]);
  });

  it('says why, in the customer’s spelling, and what changes', () => {
    const counts = [{ macroId: 3, rank: 1, shown: 10, applied: 4 }];
    const library = buildLibrary(macros, estimateAcceptance(counts));
    const [best] = rankMacros(library, () => true, ['Lanterns, FLICKERS'], 5);
    expect(best).toMatchObject({ id: 3, rank: 1, changes: ['comment'], why: { applied: 4, shown: 10 } });
    expect(best?.why.shared.toSorted()).toEqual(['FLICKERS', 'Lanterns']);
    expect(best?.why.acceptance).toBeGreaterThan(10);
  });
});

describe('the text of a macro', () => {
  it('is title, description, reply and tags, without placeholders and markup', () => {
    const text = textOf({
      title: 'A::Title',
      description: 'About it',
      actions: [
        { field: 'comment_value_html', value: '<p>Dear {{ticket.requester.name}}, hello</p>' },
        { field: 'current_tags', value: 'gift_card' },
        { field: 'priority', value: 'urgent' },
      ],
    });
    for (const words of ['A Title', 'About it', 'Dear', 'hello', 'gift card']) expect(text).toContain(words);
    expect(text).not.toMatch(/requester|<p>|urgent/);
  });

  it('names each changed field once, as a ticket calls it', () => {
    const fields = ['comment_value', 'comment_mode_is_public', 'current_tags', 'status', 'custom_fields_5'];
    expect(
      changedFields({ title: '', description: null, actions: fields.map((field) => ({ field, value: '' })) }),
    ).toEqual(['comment', 'tags', 'status', 'custom_fields_5']);
  });
});
