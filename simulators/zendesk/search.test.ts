import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseSearchQuery } from './search-query.ts';
import { startTestAccount } from './test-account.ts';
import type { TestAccount } from './test-account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.simulator.close());

const ids = async (query: string, more = ''): Promise<number[]> => {
  const { body } = await account.call('GET', `/api/v2/search.json?query=${encodeURIComponent(query)}${more}`);
  return (body['results'] as { id: number }[])
    .map((result) => result.id)
    .toSorted((left, right) => left - right);
};

it.each([
  ['type:ticket status:solved', [12]],
  ['type:ticket status>=solved', [12, 14]],
  ['type:ticket status<solved', [11, 13, 15]],
  ['type:ticket status:open status:pending', [11, 13]],
  ['type:ticket -status:closed -status:new', [11, 12, 13]],
  ['type:ticket lamp', [11, 12]],
  ['type:ticket lamps broken', [11]],
  ['type:ticket "both lamps"', [12]],
  ['type:ticket lamp -refund', [11]],
  ['type:ticket inv*', [13]],
  ['type:ticket requester:ana@example.com', [11, 14]],
  ['type:ticket requester:2', [12, 13]],
  ['type:ticket requester:"Bernd Maier" status:solved', [12]],
  ['type:ticket tags:refund', [12]],
  ['type:ticket tags:"damaged_item lamp"', [11]],
  ['type:ticket group:Billing', [13]],
  ['type:ticket brand:501 subject:invoice', [13]],
  ['type:ticket created<2026-10-12', [11]],
  ['type:ticket created>=2026-10-13T00:00:00Z', [13, 14, 15]],
  ['type:ticket has_attachment:true', [11]],
  ['type:ticket priority:none organization:"Lamp Lovers"', [11, 14]],
  ['type:ticket 13', [13]],
  ['type:ticket nothingatall', []],
])('finds %s', async (query, expected) => {
  expect(await ids(query)).toEqual(expected);
});

it('finds users by e-mail and by role', async () => {
  expect(await ids('type:user email:ana@example.com')).toEqual([1]);
  expect(await ids('type:user role:agent')).toEqual([9001, 9003]);
});

it('takes an address with a colon as words', () => {
  expect(parseSearchQuery('https://x.example/a status:open')).toMatchObject({
    filters: [{ property: 'status' }],
    terms: ['http', 'x', 'example', 'a'],
  });
});

it('sorts, pages by offset and gives the count', async () => {
  const path = '/api/v2/search?query=type:ticket&sort_by=created_at&sort_order=asc&per_page=2&page=2';
  const { body } = await account.call('GET', path);
  expect(body).toMatchObject({
    count: 5,
    results: [{ id: 13, result_type: 'ticket' }, { id: 14 }],
    next_page: expect.stringContaining('page=3'),
  });
  expect((await account.call('GET', '/api/v2/search/count?query=type:ticket lamp')).body).toEqual({
    count: 2,
  });
});

it('refuses a cursor, an empty query and anything past a thousand results', async () => {
  expect((await account.call('GET', '/api/v2/search?query=lamp&page[size]=5')).status).toBe(400);
  expect((await account.call('GET', '/api/v2/search')).status).toBe(400);
  expect(await account.call('GET', '/api/v2/search?query=type:ticket&page=11&per_page=100')).toMatchObject({
    status: 422,
    body: { error: 'invalid' },
  });
});

it('exports by cursor in the order of creation, with a type and without type: in the query', async () => {
  expect((await account.call('GET', '/api/v2/search/export?query=lamp')).status).toBe(400);
  expect(
    (await account.call('GET', '/api/v2/search/export?query=type:ticket lamp&filter[type]=ticket')).status,
  ).toBe(422);
  const seen: number[] = [];
  let after = '';
  for (let page = 0; page < 10; page += 1) {
    const { body } = await account.call(
      'GET',
      `/api/v2/search/export?query=status>new&filter[type]=ticket&page[size]=2${after}`,
    );
    seen.push(...(body['results'] as { id: number }[]).map((result) => result.id));
    const meta = body['meta'] as { has_more: boolean; after_cursor: string };
    if (!meta.has_more) break;
    after = `&page[after]=${meta.after_cursor}`;
  }
  expect(seen).toEqual([11, 12, 13, 14]);
});

it('finds a change only after the index has caught up', async () => {
  await account.call('POST', '/_sandbox/settings', { searchLagMilliseconds: 150 });
  await account.call('PUT', '/api/v2/tickets/15', { ticket: { subject: 'Zebra paper' } });
  expect(await ids('type:ticket zebra')).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await ids('type:ticket zebra')).toEqual([15]);
  await account.call('POST', '/_sandbox/settings', { searchLagMilliseconds: 0 });
});

it('searches the Help Center per locale with snippets, and shows visitors public articles only', async () => {
  const path = '/api/v2/help_center/articles/search?query=lamp&locale=en-us';
  const open = await account.call('GET', path, undefined, { token: null });
  expect(open.body).toMatchObject({
    count: 1,
    results: [{ id: 601, result_type: 'article', snippet: expect.stringContaining('<em>lamp</em>') }],
  });
  expect((await account.call('GET', path)).body).toMatchObject({ count: 3 });
  expect((await account.call('GET', '/api/v2/help_center/de/articles')).body).toMatchObject({
    articles: [{ id: 602 }],
  });
  expect(
    (await account.call('GET', '/api/v2/help_center/articles/603', undefined, { token: null })).status,
  ).toBe(404);
  expect((await account.call('GET', '/api/v2/help_center/en-us/articles/601.json')).body).toMatchObject({
    article: { draft: false, user_segment_id: null },
  });
});

it('exports tickets by time for administrators', async () => {
  const { body } = await account.call(
    'GET',
    '/api/v2/incremental/tickets/cursor.json?start_time=1&per_page=3',
  );
  expect(body).toMatchObject({ end_of_stream: false, tickets: [{}, {}, {}] });
  const rest = await account.call(
    'GET',
    `/api/v2/incremental/tickets/cursor.json?cursor=${String(body['after_cursor'])}`,
  );
  expect(rest.body).toMatchObject({ end_of_stream: true });
  expect((rest.body['tickets'] as unknown[]).length + 3).toBe(5);
  const agent = { token: 'sandbox-agent-9001' };
  expect(
    (await account.call('GET', '/api/v2/incremental/tickets/cursor?start_time=1', undefined, agent)).status,
  ).toBe(403);
});
