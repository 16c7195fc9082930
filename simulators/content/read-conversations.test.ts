import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importTickets } from './import-tickets.ts';
import { loadDemoContent } from './load.ts';
import { readConversations } from './read-conversations.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'conversations-'));
  file = join(directory, 'lines.jsonl');
});
afterEach(() => rm(directory, { recursive: true }));

const write = (...lines: unknown[]): Promise<void> =>
  writeFile(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));

const dialogue = (id: string, ...turns: [role: string, text: string][]) => ({
  id,
  turns: turns.map(([role, text]) => ({ role, text })),
});

it('reads dialogues, solves every second one that the agent ended, and leaves the customer’s last word open', async () => {
  await write(
    dialogue(
      'a',
      ['customer', '@Shop My lamp <b> is broken & cold https://t.co/x'],
      ['agent', 'Send a photo'],
    ),
    dialogue('b', ['customer', 'Where is it?'], ['agent', 'On its way']),
    dialogue('c', ['customer', 'Hi'], ['agent', 'Hello'], ['customer', 'Still broken']),
    dialogue('d', ['customer', 'Just once']),
  );
  const { tickets, users } = await readConversations(file);
  expect(tickets.map((ticket) => [ticket.id, ticket.status, ticket.external_id])).toEqual([
    [5001, 'solved', 'a'],
    [5002, 'open', 'b'],
    [5003, 'open', 'c'],
    [5004, 'new', 'd'],
  ]);
  expect(tickets[0]).toMatchObject({
    subject: 'My lamp <b> is broken & cold',
    comments: [
      { html: '<p>@Shop My lamp &lt;b&gt; is broken &amp; cold https://t.co/x</p>' },
      { author: 9001, public: true },
    ],
  });
  expect(users).toHaveLength(4);
  expect(await readConversations(file)).toEqual(await readConversations(file));
});

it('reads questions with answers: priority, type, queue, tags and language, solved by the answer', async () => {
  await write(
    {
      id: 'T1',
      subject: 'Servidor',
      body: 'Se cayó',
      answer: 'Lo miramos',
      language: 'es',
      queue: 'Technical Support',
      priority: 'medium',
      type: 'Incident',
      tags: ['Urgent Issue', 'urgent issue'],
    },
    { id: 'T2', body: 'No answer yet', answer: null },
  );
  const { tickets, groups } = await readConversations(file);
  expect(groups).toEqual([{ id: 7101, name: 'Technical Support' }]);
  expect(tickets).toMatchObject([
    {
      status: 'solved',
      priority: 'normal',
      type: 'incident',
      group: 7101,
      tags: ['urgent_issue'],
      locale: 'es',
      comments: [{}, { author: 9001 }],
    },
    { status: 'new', subject: 'No answer yet', assignee: null },
  ]);
});

it('reads a ticket export: the requester is the customer, notes stay private, times and status are kept', async () => {
  await write({
    id: 42,
    subject: 'Broken',
    status: 'hold',
    requester_id: 7,
    created_at: '2026-05-01T10:00:00Z',
    comments: [
      { author_id: 7, body: 'It broke', public: true, created_at: '2026-05-01T10:00:00.123Z' },
      { author: { id: 3, name: 'Staff' }, html_body: '<p>Note</p>', public: false },
    ],
  });
  const { tickets } = await readConversations(file);
  expect(tickets[0]).toMatchObject({
    external_id: '42',
    status: 'hold',
    created_at: '2026-05-01T10:00:00Z',
    comments: [
      { author: 50001, public: true, html: '<p>It broke</p>', created_at: '2026-05-01T10:00:00Z' },
      { author: 9001, public: false, html: '<p>Note</p>' },
    ],
  });
});

it.each([
  ['not json', /lines\.jsonl, line 2: this is not JSON/],
  ['[1]', /line 2: a line has to be a JSON object/],
  ['{"id":"x"}', /line 2: this is none of the known forms/],
  ['{"id":"x","turns":[{"role":"robot","text":"hi"}]}', /line 2: turns\.0\.role/],
  ['{"id":"x","comments":[]}', /line 2: there is no message/],
])('names the line that is wrong: %s', async (line, message) => {
  await write(dialogue('a', ['customer', 'fine']), line);
  await expect(readConversations(file)).rejects.toThrow(message);
});

it('says when the file is missing or empty', async () => {
  await expect(readConversations(join(directory, 'none.jsonl'))).rejects.toThrow(/cannot be read/);
  await write('');
  await expect(readConversations(file)).rejects.toThrow(/has no conversations/);
});

it('adds imported tickets to the demo shop under numbers of their own', async () => {
  await write(
    { id: 'T1', body: 'Help', answer: 'Done', queue: 'Billing' },
    { id: 'T2', body: 'Help', answer: 'Done', queue: 'New Queue' },
  );
  const content = await loadDemoContent();
  const together = await importTickets(content, file, { limit: 2 });
  expect(together.tickets.length).toBe(content.tickets.length + 2);
  const [billing, other] = together.tickets.slice(-2);
  expect(billing?.group).toBe(content.groups.find((group) => group.name === 'Billing')?.id);
  expect(together.groups.find((group) => group.id === other?.group)?.name).toBe('New Queue');
});
