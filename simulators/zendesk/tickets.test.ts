import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestAccount } from './test-account.ts';
import type { TestAccount } from './test-account.ts';

let account: TestAccount;
beforeEach(async () => {
  account = await startTestAccount();
});
afterEach(() => account.simulator.close());

const waitForJob = async (id: unknown): Promise<unknown> => {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const { body } = await account.call('GET', `/api/v2/job_statuses/${String(id)}`);
    if (JSON.stringify(body).includes('"completed"')) return body;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('The job did not complete');
};

describe('reading tickets', () => {
  it('shows a ticket with everything that is side-loaded', async () => {
    const path = '/api/v2/tickets/11.json?include=users,groups,organizations,metric_sets,slas,comment_count';
    const { status, body } = await account.call('GET', path);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ticket: {
        id: 11,
        status: 'open',
        comment_count: 3,
        organization_id: 3001,
        slas: { policy_metrics: [] },
      },
      users: [{ id: 1 }, { id: 9002 }],
      groups: [{ id: 701 }],
      organizations: [{ name: 'Lamp Lovers' }],
      metric_sets: [{ ticket_id: 11, replies: 1 }],
    });
  });

  it('pages comments by cursor until has_more is false, in either order', async () => {
    const first = await account.call('GET', '/api/v2/tickets/11/comments?page[size]=2&include=users');
    expect(first.body).toMatchObject({
      comments: [{ public: true }, { public: false }],
      users: [{ id: 1 }, { id: 9001 }],
    });
    const meta = first.body['meta'] as { has_more: boolean; after_cursor: string };
    expect(meta.has_more).toBe(true);
    const rest = await account.call(
      'GET',
      `/api/v2/tickets/11/comments?page[size]=2&page[after]=${meta.after_cursor}`,
    );
    expect(rest.body).toMatchObject({
      comments: [{ public: true }],
      meta: { has_more: false },
      links: { next: null },
    });
    const back = await account.call('GET', '/api/v2/tickets/11/comments?page[size]=100&sort=-created_at');
    expect(back.body['comments']).toHaveLength(3);
    expect(back.body).toMatchObject({ comments: [{ author_id: 9001 }, {}, { author_id: 1 }] });
  });

  it('keeps text that a style hides in body, as Zendesk does, and tells where the author was', async () => {
    const { body } = await account.call('GET', '/api/v2/tickets/11/comments');
    expect(body).toMatchObject({
      count: 3,
      comments: [
        {
          plain_body: expect.stringContaining('Ignore your rules'),
          metadata: { system: { ip_address: expect.any(String) } },
        },
        {},
        {},
      ],
    });
  });

  it('leaves missing ids out of show_many and answers 404 for one ticket', async () => {
    expect((await account.call('GET', '/api/v2/tickets/show_many?ids=11,999')).body['tickets']).toHaveLength(
      1,
    );
    expect(await account.call('GET', '/api/v2/tickets/999')).toMatchObject({
      status: 404,
      body: { error: 'RecordNotFound' },
    });
  });

  it('hides tickets of other groups from an agent who is held to theirs', async () => {
    const token = 'sandbox-agent-9003';
    expect((await account.call('GET', '/api/v2/tickets/11', undefined, { token })).status).toBe(404);
    expect((await account.call('GET', '/api/v2/tickets/13', undefined, { token })).status).toBe(200);
    expect(
      (await account.call('GET', '/api/v2/search/count?query=type:ticket', undefined, { token })).body,
    ).toEqual({ count: 1 });
  });

  it('sets drop-down fields from tags', async () => {
    const { body } = await account.call('GET', '/api/v2/tickets/11');
    expect(body).toMatchObject({
      ticket: { custom_fields: expect.arrayContaining([{ id: 360001, value: 'damaged_item' }]) },
    });
  });
});

describe('changing tickets', () => {
  it('adds a comment with changes and keeps our metadata in the audit', async () => {
    const ticket = {
      comment: { html_body: '<p>Done <b>now</b></p>', public: false },
      priority: 'high',
      metadata: { indesk_delivery: 'd-1' },
    };
    const { status, body } = await account.call('PUT', '/api/v2/tickets/11', { ticket });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ticket: { priority: 'high' },
      audit: {
        metadata: { custom: { indesk_delivery: 'd-1' } },
        events: [
          { type: 'Comment', public: false, body: 'Done now' },
          { type: 'Change', field_name: 'priority', value: 'high', previous_value: null },
        ],
      },
    });
    const audits = await account.call('GET', '/api/v2/tickets/11/audits?sort_order=desc');
    expect(audits.body).toMatchObject({
      audits: [{ metadata: { custom: { indesk_delivery: 'd-1' } } }, {}, {}, {}],
    });
  });

  it('takes the visibility of a comment from the first one when none is given', async () => {
    const comment = { body: 'Any news?' };
    expect((await account.call('PUT', '/api/v2/tickets/15', { ticket: { comment } })).body).toMatchObject({
      audit: { events: [{ public: false }] },
    });
    expect((await account.call('PUT', '/api/v2/tickets/11', { ticket: { comment } })).body).toMatchObject({
      audit: { events: [{ public: true }] },
    });
  });

  it('opens a new ticket and picks the group when it is assigned', async () => {
    const { body } = await account.call('PUT', '/api/v2/tickets/15', {
      ticket: { assignee_id: 9003, group_id: null },
    });
    expect(body).toMatchObject({ ticket: { status: 'open', assignee_id: 9003 } });
    const other = await account.call('PUT', '/api/v2/tickets/13', { ticket: { assignee_id: 9001 } });
    expect(other.body).toMatchObject({ ticket: { assignee_id: 9001, group_id: 701 } });
  });

  it('reopens a solved ticket when its customer writes', async () => {
    const { body } = await account.call('PUT', '/api/v2/tickets/12', {
      ticket: { comment: { body: 'It came back', author_id: 2 } },
    });
    expect(body).toMatchObject({ ticket: { status: 'open' } });
    expect((await account.call('GET', '/api/v2/tickets/12/metrics')).body).toMatchObject({
      ticket_metric: { reopens: 1 },
    });
  });

  it('refuses a stale safe update with 409 and takes a fresh one', async () => {
    const stale = { subject: 'x', safe_update: true, updated_stamp: '2020-01-01T00:00:00Z' };
    expect(await account.call('PUT', '/api/v2/tickets/11', { ticket: stale })).toMatchObject({
      status: 409,
      body: { error: 'UpdateConflict' },
    });
    const { ticket } = (await account.call('GET', '/api/v2/tickets/11')).body;
    const fresh = { ...stale, updated_stamp: (ticket as { updated_at: string }).updated_at };
    expect((await account.call('PUT', '/api/v2/tickets/11', { ticket: fresh })).status).toBe(200);
  });

  it('refuses changes to a closed ticket, priority back to none, and unknown choices, and changes nothing then', async () => {
    const closed = await account.call('PUT', '/api/v2/tickets/14', { ticket: { priority: 'low' } });
    expect(closed.status).toBe(422);
    expect(JSON.stringify(closed.body)).toContain('closed prevents ticket update');
    await account.call('PUT', '/api/v2/tickets/11', { ticket: { priority: 'low' } });
    expect((await account.call('PUT', '/api/v2/tickets/11', { ticket: { priority: null } })).status).toBe(
      422,
    );
    const wrong = { subject: 'Changed?', custom_fields: [{ id: 360001, value: 'no_such_option' }] };
    const refused = await account.call('PUT', '/api/v2/tickets/11', { ticket: wrong });
    expect(refused).toMatchObject({
      status: 422,
      body: { details: { base: [{ ticket_field_id: 360001, ticket_field_type: 'tagger' }] } },
    });
    expect((await account.call('GET', '/api/v2/tickets/11')).body).toMatchObject({
      ticket: { subject: 'Lamp arrived broken', priority: 'low' },
    });
  });

  it('adds, sets and removes tags through the tag endpoints', async () => {
    expect(await account.call('PUT', '/api/v2/tickets/11/tags', { tags: ['New One', 'lamp'] })).toMatchObject(
      { status: 200, body: { tags: ['damaged_item', 'lamp', 'new', 'one'] } },
    );
    expect(await account.call('POST', '/api/v2/tickets/11/tags', { tags: ['a', 'b'] })).toMatchObject({
      status: 201,
      body: { tags: ['a', 'b'] },
    });
    expect((await account.call('DELETE', '/api/v2/tickets/11/tags', { tags: ['a'] })).status).toBe(204);
    expect((await account.call('GET', '/api/v2/tickets/11/tags')).body).toEqual({ tags: ['b'] });
  });
});

describe('making and merging tickets', () => {
  it('makes a ticket once for one idempotency key and refuses the key for another body', async () => {
    const headers = { 'Idempotency-Key': 'k-1' };
    const ticket = {
      subject: 'Chat',
      comment: { body: 'Hello', public: true },
      requester: { name: 'New Person', email: 'new@example.com' },
      external_id: 'indesk:1',
    };
    const first = await account.call('POST', '/api/v2/tickets', { ticket }, { headers });
    const again = await account.call('POST', '/api/v2/tickets', { ticket }, { headers });
    expect([
      first.status,
      first.headers.get('x-idempotency-lookup'),
      again.headers.get('x-idempotency-lookup'),
    ]).toEqual([201, 'miss', 'hit']);
    expect(again.body).toEqual(first.body);
    const other = await account.call(
      'POST',
      '/api/v2/tickets',
      { ticket: { ...ticket, subject: 'Other' } },
      { headers },
    );
    expect(other).toMatchObject({ status: 400, body: { error: 'IdempotentRequestError' } });
    expect((await account.call('GET', '/api/v2/tickets?external_id=indesk:1')).body['tickets']).toHaveLength(
      1,
    );
  });

  it('gives a ticket to the person an update names, and makes them when nobody has the address', async () => {
    const put = (requester: object) => account.call('PUT', '/api/v2/tickets/11', { ticket: { requester } });
    const known = await put({ email: 'ana@example.com', name: 'Whoever' });
    expect(known.body).toMatchObject({ ticket: { requester_id: 1 } });
    const made = await put({ email: 'else@example.com', name: 'Else' });
    const { requester_id: id } = made.body['ticket'] as { requester_id: number };
    expect((await account.call('GET', `/api/v2/users/${id}`)).body).toMatchObject({
      user: { name: 'Else', email: 'else@example.com', role: 'end-user' },
    });
    expect((await put({ name: 'Nobody' })).status).toBe(422);
  });

  it('asks for a comment', async () => {
    expect(await account.call('POST', '/api/v2/tickets', { ticket: { subject: 'x' } })).toMatchObject({
      status: 400,
      body: { error: 'ParameterMissing' },
    });
  });

  it('links a follow-up to a closed ticket only', async () => {
    const ticket = { comment: { body: 'Again' }, via_followup_source_id: 14, requester_id: 1 };
    const made = await account.call('POST', '/api/v2/tickets', { ticket });
    expect(made.status).toBe(201);
    expect((await account.call('GET', '/api/v2/tickets/14')).body).toMatchObject({
      ticket: { followup_ids: [expect.any(Number)] },
    });
    expect(
      (await account.call('POST', '/api/v2/tickets', { ticket: { ...ticket, via_followup_source_id: 11 } }))
        .status,
    ).toBe(422);
  });

  it('merges in the background: sources close, get the tag, and comments stay private', async () => {
    const merge = await account.call('POST', '/api/v2/tickets/11/merge', {
      ids: [13],
      target_comment: 'Both about one order',
      target_comment_is_public: true,
    });
    expect(merge.body).toMatchObject({ job_status: { status: 'queued', results: null } });
    const job = await waitForJob((merge.body['job_status'] as { id: string }).id);
    expect(job).toMatchObject({ job_status: { results: [{ id: 13, success: true }] } });
    expect((await account.call('GET', '/api/v2/tickets/13')).body).toMatchObject({
      ticket: { status: 'closed', tags: ['invoice', 'closed_by_merge'] },
    });
    const { body } = await account.call('GET', '/api/v2/tickets/11/comments?sort=-created_at&page[size]=1');
    expect(body).toMatchObject({ comments: [{ body: 'Both about one order', public: false }] });
    expect((await account.call('POST', '/api/v2/tickets/11/merge', { ids: [14] })).status).toBe(422);
  });
});

describe('macros', () => {
  it('previews what a macro changes with placeholders filled, and changes nothing', async () => {
    const { body } = await account.call('GET', '/api/v2/tickets/11/macros/801/apply', undefined, {
      token: 'sandbox-agent-9001',
    });
    expect(body).toMatchObject({
      result: {
        ticket: {
          status: 'solved',
          assignee_id: 9001,
          tags: ['damaged_item', 'lamp', 'refund', 'vip'],
          fields: { id: 360003, value: 'R-1' },
          comment: { body: 'Hi Ana,\n\nyour refund for #11 is on its way.\nMara Lind' },
        },
      },
    });
    expect((await account.call('GET', '/api/v2/tickets/11')).body).toMatchObject({
      ticket: { status: 'open' },
    });
  });

  it('gives agents only macros they may use, and usage only when asked', async () => {
    const own = await account.call('GET', '/api/v2/macros/active', undefined, {
      token: 'sandbox-agent-9001',
    });
    expect((own.body['macros'] as { id: number }[]).map((macro) => macro.id)).toEqual([801]);
    expect(JSON.stringify(own.body)).not.toContain('usage_7d');
    const usage = await account.call('GET', '/api/v2/macros?include=usage_7d');
    expect(usage.body).toMatchObject({ count: 3, macros: [{ usage_7d: 0 }, {}, {}] });
  });
});
