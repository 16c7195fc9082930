import { describe, expect, it } from 'vitest';
import type { SimilarTickets } from '../../contract/abilities.ts';
import type { SuggestedReply } from '../../contract/copilot.ts';
import type { Comment, Ticket, TicketWithComments } from '../../ports/help-desk.ts';
import type { NumberedSource } from '../context/catalogue.ts';
import type { Feature, FeatureModel, FeatureResult } from '../define-feature.ts';
import { features } from './index.ts';
import { defaultLeadSettings } from '../../services/settings/lead-settings.ts';
import { checkCitations } from '../context/citations.ts';
import { similarTickets } from './similar-tickets.ts';
import { suggestReply } from './suggest-reply.ts';
import { rewriteText } from './rewrite-text.ts';

const ticket: Ticket = {
  id: 1,
  subject: 'Return a damaged tent',
  description: '',
  status: 'open',
  priority: null,
  type: null,
  tags: ['refund'],
  requesterId: 20_011,
  assigneeId: null,
  groupId: null,
  organizationId: null,
  brandId: 1,
  createdAt: '2026-11-01T00:00:00Z',
  updatedAt: '2026-11-01T00:00:00Z',
  fromMessaging: false,
  badRating: false,
  customFields: [],
};
const comment = (id: number, author: Comment['author'], text: string, isPublic = true): Comment => ({
  id,
  authorId: id,
  author,
  public: isPublic,
  text,
  createdAt: '2026-11-01T00:00:00Z',
  hiddenTextRemoved: false,
});
const conversation: TicketWithComments = {
  ticket,
  comments: [
    comment(7, 'customer', 'How can I return my damaged tent?'),
    comment(8, 'agent', 'secret note', false),
  ],
  timing: null,
  commentsLeftOut: 0,
  requesterName: 'Ana Marić',
};
const source: NumberedSource = {
  number: 1,
  title: 'Returns',
  url: 'https://help.example/returns',
  origin: 'help-center',
  internal: false,
  text: 'A damaged tent can be returned within 30 days. Shipping is free.',
};

function modelOf({ model }: Feature): FeatureModel {
  if (model === undefined) throw new Error('asks no model');
  return model;
}

function check(
  feature: Feature,
  answer: unknown,
  input: object,
  sources: readonly NumberedSource[] = [source],
): FeatureResult<unknown> {
  const context = { ticket: conversation, sources: { sources } };
  return modelOf(feature).check(answer as never, {
    context: context as never,
    evidence: undefined,
    input: input as never,
    last: false,
    read: { comments: 2, leftOut: 0 },
  });
}

const reply = (answer: object, input: object = {}, sources?: readonly NumberedSource[]): SuggestedReply => {
  const result = check(
    suggestReply,
    { language: 'en', missing: [], citations: [], ...answer },
    { ticketId: 1, locale: 'en', ...input },
    sources,
  );
  if (result.kind !== 'output') throw new Error(result.kind);
  return result.output as SuggestedReply;
};

describe('suggest-reply', () => {
  it('keeps a citation whose quote stands in the source it names, and no other', () => {
    const citations = [
      { source: 1, quote: 'a damaged TENT can be returned  within 30 days' },
      { source: 1, quote: 'within 60 days you can return it' },
      { source: 2, quote: 'A damaged tent can be returned' },
      { source: 1, quote: 'free' },
    ];
    expect(checkCitations(citations, [source])).toEqual([citations[0]]);
  });

  it('drops marks without a checked citation and keeps the others', () => {
    const output = reply({
      answer: 'Return it within 30 days [1]. We pay 50 € [2].',
      citations: [{ source: 1, quote: 'returned within 30 days' }],
    });
    expect(output.text).toBe('Return it within 30 days [1]. We pay 50 €.');
    expect(output.citations).toHaveLength(1);
  });

  it('gives no draft without any checked citation, and asks the agent', () => {
    const output = reply({
      answer: 'Of course, we refund everything at once.',
      citations: [{ source: 1, quote: 'we refund everything at once' }],
    });
    expect(output.text).toBe('');
    expect(output.missing).toEqual(['How can I return my damaged tent?']);
  });

  it('writes on the word of an agent who gave an instruction', () => {
    expect(
      reply({ answer: 'We refund it but not the shipping.' }, { instruction: 'refund, not shipping' }).text,
    ).toBe('We refund it but not the shipping.');
  });

  it('removes links that stand in neither ticket nor sources', () => {
    const output = reply({
      answer: 'See https://help.example/returns or https://evil.example [1]',
      citations: [{ source: 1, quote: 'returned within 30 days' }],
    });
    expect(output.text).toBe('See https://help.example/returns or [1]');
    expect(output.confidence.reasons.map(({ code }) => code)).toContain('links-removed');
  });

  it('says when an internal source carries the draft', () => {
    const output = reply(
      {
        answer: 'Return it within 30 days [1].',
        citations: [{ source: 1, quote: 'returned within 30 days' }],
      },
      {},
      [{ ...source, internal: true, url: null }],
    );
    expect(output.usesInternalSource).toBe(true);
  });

  it('sends no id, e-mail or family name of the requester', () => {
    const { blocks } = modelOf(suggestReply).content(
      { ticket: conversation, sources: { sources: [source] }, lead: defaultLeadSettings } as never,
      { ticketId: 1, locale: 'en' } as never,
    );
    const text = JSON.stringify(blocks);
    expect(text).toContain('Ana');
    expect(text).not.toMatch(/Marić|20011|@/);
  });
});

describe('summarize-ticket', () => {
  const summarize = features.find(({ name }) => name === 'summarize-ticket') as Feature;

  it('leaves internal notes out when asked to', () => {
    const content = (includeInternalNotes: boolean): string =>
      JSON.stringify(
        modelOf(summarize).content(
          { ticket: conversation } as never,
          { ticketId: 1, locale: 'en', includeInternalNotes, sinceCommentId: null } as never,
        ).blocks,
      );
    expect(content(true)).toContain('secret note');
    expect(content(false)).not.toContain('secret note');
  });

  it('marks what is new since a comment', () => {
    const { blocks } = modelOf(summarize).content(
      { ticket: conversation } as never,
      { ticketId: 1, locale: 'en', includeInternalNotes: true, sinceCommentId: 7 } as never,
    );
    expect(blocks.filter((block) => block.attributes['new'] === true)).toHaveLength(1);
  });
});

describe('rewrite-text', () => {
  const rewrite = (before: string, after: string, extra: object = {}): FeatureResult<unknown> =>
    check(rewriteText, after, { text: before, mode: 'formal', html: false, locale: 'en', ...extra });

  it('asks again, and then refuses, when a number is lost', () => {
    expect(rewrite('Order 4711', 'Your order')).toMatchObject({ kind: 'again' });
    expect(
      modelOf(rewriteText).check('Your order' as never, {
        context: {} as never,
        evidence: undefined,
        input: { text: 'Order 4711', mode: 'formal', html: false } as never,
        last: true,
        read: { comments: 0, leftOut: 0 },
      }),
    ).toMatchObject({ kind: 'refused' });
  });

  it('unwraps fences and says whether anything changed', () => {
    expect(rewrite('Order 4711', '```\nThe order 4711\n```')).toEqual({
      kind: 'output',
      output: { text: 'The order 4711', changed: true },
    });
    expect(rewrite('Order 4711', 'Order 4711')).toMatchObject({ output: { changed: false } });
  });
});

describe('similar tickets', () => {
  const other = (id: number, description: string): Ticket => ({
    ...ticket,
    id,
    status: 'solved',
    description,
  });
  const solved = [
    other(2, 'My tent is damaged and I want to return it, the damaged tent has a torn pole'),
    other(3, 'The tent I want to return is damaged'),
    other(4, 'Coffee machine leaks'),
  ];
  const shown = (ticketMeanings: ReadonlyMap<number, number>): number[] => {
    const { evidence } = similarTickets;
    if (evidence === undefined) throw new Error('asks a model alone');
    const context = { ticket: conversation, neighbours: { solved, open: [] }, ticketMeanings };
    const answer = evidence.answer(context as never, {} as never, new Date()) as SimilarTickets;
    return answer.solved.map(({ id }) => id);
  };

  it('are in the order of their words, and of their meaning too where it is known', () => {
    const byWords = shown(new Map());
    expect(byWords).toHaveLength(3);
    const last = byWords.at(-1) ?? 0;
    expect(shown(new Map([[last, 0.9]]))[0]).toBe(last);
  });
});
