import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TEST_SIGNING_SECRET } from './webhooks.ts';
import { startTestAccount } from './test-account.ts';
import type { TestAccount } from './test-account.ts';

type Delivery = { readonly headers: IncomingHttpHeaders; readonly body: string };
let account: TestAccount;
let receiver: Server;
let endpoint: string;
let deliveries: Delivery[];
let statuses: number[];

beforeEach(async () => {
  account = await startTestAccount();
  deliveries = [];
  statuses = [];
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      deliveries.push({ headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 200, { 'Retry-After': '0' }).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`;
});
afterEach(async () => {
  await account.simulator.close();
  await new Promise<void>((resolve) => {
    receiver.close(() => resolve());
    receiver.closeAllConnections();
  });
});

const received = async (count: number): Promise<Delivery[]> => {
  for (let attempt = 0; attempt < 200 && deliveries.length < count; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(deliveries.length).toBeGreaterThanOrEqual(count);
  return deliveries;
};

const createHook = async (subscriptions: string[]): Promise<{ id: string; secret: string }> => {
  const made = await account.call('POST', '/api/v2/webhooks', {
    webhook: {
      name: 'InDesk',
      endpoint,
      subscriptions,
      authentication: { type: 'bearer_token', data: { token: 't-1' } },
    },
  });
  expect(made.status).toBe(201);
  expect(JSON.stringify(made.body)).not.toContain('t-1');
  const { id } = made.body['webhook'] as { id: string };
  const secret = await account.call('GET', `/api/v2/webhooks/${id}/signing_secret`);
  return { id, secret: (secret.body['signing_secret'] as { secret: string }).secret };
};

const signatureOf = ({ headers, body }: Delivery, secret: string): boolean =>
  createHmac('sha256', secret)
    .update(`${String(headers['x-zendesk-webhook-signature-timestamp'])}${body}`)
    .digest('base64') === headers['x-zendesk-webhook-signature'];

it('runs a trigger after a comment and signs the delivery', async () => {
  const hook = await createHook(['conditional_ticket_events']);
  const trigger = {
    title: 'Tell InDesk',
    conditions: {
      all: [
        { field: 'update_type', operator: 'is', value: 'Change' },
        { field: 'current_tags', operator: 'not_includes', value: 'indesk' },
      ],
      any: [],
    },
    actions: [{ field: 'notification_webhook', value: [hook.id, '{"v":1,"ticket_id":"{{ticket.id}}"}'] }],
  };
  expect((await account.call('POST', '/api/v2/triggers', { trigger })).status).toBe(201);
  await account.call('PUT', '/api/v2/tickets/11', {
    ticket: { comment: { body: 'Hello again', author_id: 1 } },
  });
  const [delivery] = await received(1);
  expect(delivery?.body).toBe('{"v":1,"ticket_id":"11"}');
  expect(delivery?.headers).toMatchObject({
    authorization: 'Bearer t-1',
    'x-zendesk-webhook-id': hook.id,
    'x-zendesk-account-id': '12514403',
  });
  expect(delivery !== undefined && signatureOf(delivery, hook.secret)).toBe(true);
  await account.call('PUT', '/api/v2/tickets/11', { ticket: { tags: ['indesk'] } });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(deliveries).toHaveLength(1);
});

it('sends ticket events to a subscribed webhook with ids as text and words in capitals', async () => {
  await createHook(['zen:event-type:ticket.status_changed', 'zen:event-type:ticket.comment_added']);
  await account.call('PUT', '/api/v2/tickets/11', {
    ticket: { status: 'pending', comment: { body: 'Wait', public: false } },
  });
  const bodies = (await received(2)).map((delivery): unknown => JSON.parse(delivery.body));
  expect(bodies).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        type: 'zen:event-type:ticket.status_changed',
        subject: 'zen:ticket:11',
        detail: expect.objectContaining({ id: '11', status: 'PENDING', actor_id: '9900' }),
        event: expect.objectContaining({ current: 'pending', previous: 'open' }),
      }),
      expect.objectContaining({ type: 'zen:event-type:ticket.comment_added' }),
    ]),
  );
});

it('tries a busy receiver again, and can deliver twice, in the wrong order, or not at all', async () => {
  await createHook(['zen:event-type:ticket.subject_changed']);
  const rename = (subject: string) => account.call('PUT', '/api/v2/tickets/11', { ticket: { subject } });
  statuses = [503, 409];
  await rename('first');
  const [one, two, three] = await received(3);
  const invocation = 'x-zendesk-webhook-invocation-id';
  expect(new Set([one, two, three].map((delivery) => delivery?.headers[invocation])).size).toBe(1);

  deliveries = [];
  await account.call('POST', '/_sandbox/settings', { webhookMode: 'duplicate' });
  await rename('second');
  const [original, copy] = await received(2);
  expect(original?.headers[invocation]).toBe(copy?.headers[invocation]);

  deliveries = [];
  await account.call('POST', '/_sandbox/settings', { webhookMode: 'reorder' });
  await rename('third');
  await rename('fourth');
  const order = (await received(2)).map((delivery) => /"current":"(\w+)"/.exec(delivery.body)?.[1]);
  expect(order).toEqual(['fourth', 'third']);

  deliveries = [];
  await account.call('POST', '/_sandbox/settings', { webhookMode: 'drop' });
  await rename('fifth');
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(deliveries).toEqual([]);
});

it('signs test deliveries with the well-known secret', async () => {
  await account.call('POST', '/api/v2/webhooks/test', { request: { endpoint, payload: '{"a":1}' } });
  const [delivery] = await received(1);
  expect(delivery !== undefined && signatureOf(delivery, TEST_SIGNING_SECRET)).toBe(true);
});

it('refuses triggers and events on one webhook, plain http elsewhere, and agents', async () => {
  const webhook = {
    name: 'x',
    endpoint,
    subscriptions: ['conditional_ticket_events', 'zen:event-type:ticket.created'],
  };
  expect((await account.call('POST', '/api/v2/webhooks', { webhook })).status).toBe(422);
  expect(
    (
      await account.call('POST', '/api/v2/webhooks', {
        webhook: { name: 'x', endpoint: 'http://example.com/' },
      })
    ).status,
  ).toBe(422);
  expect(
    (await account.call('GET', '/api/v2/webhooks', undefined, { token: 'sandbox-agent-9001' })).status,
  ).toBe(403);
});
