import { expect, it } from 'vitest';
import { newConversation, type Conversation } from '../conversation.ts';
import { subjectOf, transcriptParts } from './transcript.ts';

const conversation = (turns: number, text = (turn: number) => `Question ${turn}`): Conversation => ({
  ...newConversation(1_795_000_000, null),
  turn: turns,
  language: 'de',
  messages: Array.from({ length: turns }, (_, at) => [
    { from: 'visitor' as const, text: text(at + 1), turn: at + 1, at: 1_795_000_000 + at },
    { from: 'agent' as const, text: `Answer ${at + 1}`, turn: at + 1 },
  ]).flat(),
});
const parts = (one: Conversation, more: object = {}) =>
  transcriptParts({ agentName: 'Ada & Co', conversation: one, writtenTurns: 0, called: null, ...more });

it('holds only what the ticket lacks, and nothing when it lacks nothing', () => {
  const [part, ...more] = parts(conversation(3), { writtenTurns: 2 });
  expect(more).toEqual([]);
  expect(part).toMatchObject({ upToTurn: 3, html: expect.not.stringContaining('Question 2') });
  expect(part?.html).toContain('<strong>Visitor</strong> · 2026-11-18 11:06 UTC<br>Question 3');
  expect(part?.html).toContain('<strong>Ada &amp; Co (AI agent)</strong><br>Answer 3');
  expect(parts(conversation(3), { writtenTurns: 3 })).toEqual([]);
});

it('keeps each comment below what Zendesk takes, whatever grows when it is escaped, and tears no turn apart', () => {
  for (const letter of ['&', "'", '😀', 'a']) {
    const many = parts(conversation(50, (turn) => `#${turn} ${letter.repeat(2_000)}`));
    expect(Math.max(...many.map(({ html }) => Buffer.byteLength(html)))).toBeLessThan(64 * 1024);
    const numbers = many.map(({ html }) =>
      [...html.matchAll(/#(\d+) /g)].map(([, number]) => Number(number)),
    );
    expect(numbers.flat()).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
    expect(many.map(({ upToTurn }) => upToTurn)).toEqual(numbers.map((list) => list.at(-1)));
  }
});

it('says why, how to answer and in which language, and whether somebody checked who it is', () => {
  const called = { cause: 'unanswered', summary: 'Wants <b>help</b>', note: null, since: 0 } as const;
  const visitor = { subject: null, name: 'Eve <eve@x>', email: 'eve@example.com' };
  const html = (who: typeof visitor | null): string =>
    parts({ ...conversation(1), visitor: who }, { called })[0]?.html ?? '';
  expect(html(visitor)).toMatch(
    /could not answer several times[\s\S]*Wants &lt;b&gt;help[\s\S]*not checked[\s\S]*de/,
  );
  expect(html(visitor)).toContain('Eve &lt;eve@x&gt;, eve@example.com');
  expect(html({ ...visitor, subject: 'customer-7' } as never)).toContain('named by your site');
  expect(html(null)).toContain('not given');
});

it('S111: nothing of a visitor, a title or a link becomes HTML, a placeholder or an invisible sign', () => {
  const nasty = '<img src=x onerror=alert(1)><!-- --> {{ticket.requester.email}} {% raw %} \u202Ex\u{E0041}';
  const one = conversation(1, () => nasty);
  const [, answer] = one.messages;
  if (answer !== undefined)
    one.messages[1] = {
      ...answer,
      sources: [{ number: 1, title: nasty, url: `https://x.example/"onclick="${nasty}` }],
    };
  const html = parts(
    { ...one, visitor: { subject: null, name: nasty, email: nasty } },
    {
      agentName: nasty,
      called: { cause: 'visitor', summary: nasty, note: nasty, since: 0 },
    },
  )
    .map((part) => part.html)
    .join('');
  expect(html.replace(/<\/?(?:p|br|strong|hr)>/g, '')).not.toMatch(/[<>"{}\u202E\u{E0041}]/u);
  expect(subjectOf(one)).not.toMatch(/[\u202E\u{E0041}\n]/u);
});

it('the subject is one short line', () => {
  expect(subjectOf(conversation(1, () => `Where\nis ${'x'.repeat(300)}`))).toMatch(
    /^Chat: Where is x{1,80}…$/,
  );
  expect(subjectOf(conversation(0))).toBe('Chat');
});
