import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importSPKI, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startZendeskSimulator } from './start-zendesk-simulator.ts';
import { SMALL_CONTENT, startTestAccount } from './test-account.ts';
import type { TestAccount } from './test-account.ts';

let account: TestAccount;
beforeEach(async () => {
  account = await startTestAccount();
});
afterEach(() => account.simulator.close());

it('tells how to connect and signs sidebar tokens that its public key verifies', async () => {
  const { body: connection } = await account.call('GET', '/_sandbox/connection', undefined, { token: null });
  const audience = 'https://indesk-demo.zendesk.com/api/v2/apps/installations/910101.json';
  expect(connection).toMatchObject({ subdomain: 'indesk-demo', clientId: 'indesk_sandbox', audience });
  const pem = await (
    await fetch(`${account.simulator.url}/api/v2/apps/${String(connection['appId'])}/public_key.pem`)
  ).text();
  expect(pem).toBe(connection['publicKeyPem']);
  const { body } = await account.call('POST', '/_sandbox/sign', { ticketId: 11, agentId: 9001 });
  const { payload, protectedHeader } = await jwtVerify(
    String(body['token']),
    await importSPKI(pem, 'RS256'),
    { audience, issuer: 'indesk-demo.zendesk.com' },
  );
  expect(protectedHeader.alg).toBe('RS256');
  expect(payload).toMatchObject({
    sub: 'https://indesk-demo.zendesk.com/api/v2/users/9001.json',
    qsh: expect.any(String),
    jti: expect.any(String),
    context: { product: 'support', location: 'ticket_sidebar' },
  });
  expect(body['url']).toBe('http://127.0.0.1:1/sidebar?lang=en');
  expect((await account.call('POST', '/_sandbox/sign', { ticketId: 11, agentId: 1 })).status).toBe(400);
});

it('keeps secret and keys in its folder across starts, and says so when the file is damaged', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'zendesk-'));
  const start = async (): Promise<unknown> => {
    const simulator = await startZendeskSimulator({
      port: 0,
      content: SMALL_CONTENT,
      sidebarUrl: 'http://127.0.0.1:1/',
      dataDirectory,
    });
    const connection: unknown = await (await fetch(`${simulator.url}/_sandbox/connection`)).json();
    await simulator.close();
    return connection;
  };
  expect(await start()).toEqual(await start());
  await writeFile(join(dataDirectory, 'zendesk-identity.json'), '{');
  await expect(start()).rejects.toThrow('is damaged');
  await rm(dataDirectory, { recursive: true });
});

it('answers with the fault that was asked for, as often as asked, and leaves its own controls alone', async () => {
  await account.call('POST', '/_sandbox/faults', {
    match: '/api/v2/tickets/11',
    kind: 'status',
    status: 429,
    retryAfterSeconds: 7,
    times: 2,
  });
  for (let time = 0; time < 2; time += 1) {
    const { status, headers } = await account.call('GET', '/api/v2/tickets/11');
    expect([status, headers.get('retry-after')]).toEqual([429, '7']);
  }
  expect((await account.call('GET', '/api/v2/tickets/11')).status).toBe(200);
  await account.call('POST', '/_sandbox/faults', { match: '.', kind: 'status', status: 503 });
  expect((await account.call('GET', '/api/v2/tickets/12')).status).toBe(503);
  expect((await account.call('DELETE', '/_sandbox/faults')).status).toBe(204);
  expect((await account.call('GET', '/api/v2/tickets/12')).status).toBe(200);
});

it('cuts an answer off after the work is done, breaks JSON, and delays', async () => {
  await account.call('POST', '/_sandbox/faults', { match: '^PUT /api/v2/tickets/11', kind: 'cut', times: 1 });
  await expect(account.call('PUT', '/api/v2/tickets/11', { ticket: { subject: 'Cut' } })).rejects.toThrow(
    /terminated|fetch failed/,
  );
  expect((await account.call('GET', '/api/v2/tickets/11')).body).toMatchObject({
    ticket: { subject: 'Cut' },
  });
  await account.call('POST', '/_sandbox/faults', { match: '/groups', kind: 'malformed', times: 1 });
  await expect(account.call('GET', '/api/v2/groups')).rejects.toThrow(SyntaxError);
  await account.call('POST', '/_sandbox/faults', { match: '/groups', kind: 'delay', delayMs: 120, times: 1 });
  const before = performance.now();
  await account.call('GET', '/api/v2/groups');
  expect(performance.now() - before).toBeGreaterThan(100);
  expect((await account.call('POST', '/_sandbox/faults', { match: '(', kind: 'cut' })).status).toBe(400);
});

it('switches ready-made faults by name', async () => {
  await account.call('POST', '/_sandbox/faults', { preset: 'zendesk-down' });
  expect((await account.call('GET', '/_sandbox/faults')).body).toMatchObject({ preset: 'zendesk-down' });
  expect((await account.call('GET', '/api/v2/groups')).status).toBe(503);
  await account.call('POST', '/_sandbox/faults', { preset: 'rate-limited' });
  expect((await account.call('GET', '/api/v2/groups')).headers.get('retry-after')).toBe('5');
  await account.call('DELETE', '/_sandbox/faults');
  expect((await account.call('GET', '/_sandbox/faults')).body).toMatchObject({ preset: 'off', faults: [] });
});

it('counts requests by endpoint and downloads of attachments', async () => {
  await account.call('DELETE', '/_sandbox/requests');
  const { body } = await account.call('GET', '/api/v2/tickets/11/comments.json');
  await account.call('GET', '/api/v2/tickets/12/comments');
  expect((await account.call('GET', '/_sandbox/requests')).body).toMatchObject({
    total: 2,
    attachments: 0,
    endpoints: { 'GET /api/v2/tickets/{id}/comments': 2 },
  });
  const comments = body['comments'] as { attachments: { content_url: string }[] }[];
  expect((await fetch(comments[0]?.attachments[0]?.content_url ?? '')).status).toBe(200);
  expect((await account.call('GET', '/_sandbox/requests')).body).toMatchObject({ attachments: 1 });
});

it('adds tickets for tests, visible and findable at once', async () => {
  const added = await account.call('POST', '/_sandbox/tickets', {
    subject: 'Quokka',
    status: 'solved',
    from_messaging_channel: true,
    comments: [
      { html: '<p>one</p>' },
      { html: '<p style="font-size:0">hidden</p>', public: false, author: 9001 },
    ],
  });
  expect(added.status).toBe(201);
  const id = Number(added.body['id']);
  expect((await account.call('GET', `/api/v2/tickets/${id}`)).body).toMatchObject({
    ticket: { status: 'solved', from_messaging_channel: true, via: { channel: 'native_messaging' } },
  });
  expect(
    (await account.call('GET', '/api/v2/search/count?query=type:ticket quokka status:solved')).body,
  ).toEqual({ count: 1 });
  expect((await account.call('POST', '/_sandbox/tickets', { subject: 'x', comments: [] })).status).toBe(400);
  expect(
    (await account.call('POST', '/_sandbox/tickets', { subject: 'x', comments: [{ html: 'x', author: 5 }] }))
      .status,
  ).toBe(400);
});

it('sends the rate limit in every spelling, refuses past it, and leaves the desk alone', async () => {
  await account.call('POST', '/_sandbox/settings', {
    limits: { requestsPerMinute: 2, helpCenterPerMinute: 5 },
  });
  const { headers } = await account.call('GET', '/api/v2/groups');
  for (const name of ['x-rate-limit-remaining', 'ratelimit-remaining', 'rate-limit-remaining'])
    expect(headers.get(name)).toBe('1');
  await account.call('GET', '/api/v2/groups');
  const refused = await account.call('GET', '/api/v2/groups');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await account.call('GET', '/api/v2/help_center/articles')).status).toBe(200);
  expect(
    (await account.call('GET', '/api/v2/groups', undefined, { token: 'sandbox-agent-9001' })).status,
  ).toBe(200);
  await account.call('POST', '/_sandbox/settings', { limits: { requestsPerMinute: null } });
  expect((await account.call('GET', '/api/v2/groups')).status).toBe(200);
});

it('limits updates of one ticket by one user', async () => {
  await account.call('POST', '/_sandbox/settings', { limits: { updatesPerTicket: 1 } });
  expect(
    (await account.call('PUT', '/api/v2/tickets/11', { ticket: { subject: 'a' } })).headers.get(
      'zendesk-ratelimit-update-ticket',
    ),
  ).toContain('total=1');
  expect((await account.call('PUT', '/api/v2/tickets/11', { ticket: { subject: 'b' } })).status).toBe(429);
  expect((await account.call('PUT', '/api/v2/tickets/12', { ticket: { subject: 'b' } })).status).toBe(200);
});

it('keeps its controls from other hosts and answers unknown paths as Zendesk does', async () => {
  const { port } = account.simulator;
  const { request } = await import('node:http');
  const status = await new Promise((resolve) => {
    request(
      { port, host: '127.0.0.1', path: '/_sandbox/connection', headers: { host: 'evil.example' } },
      (response) => resolve(response.statusCode),
    ).end();
  });
  expect(status).toBe(403);
  expect(await account.call('GET', '/api/v2/nothing')).toMatchObject({
    status: 404,
    body: { error: 'InvalidEndpoint' },
  });
  expect((await account.call('DELETE', '/api/v2/groups')).status).toBe(405);
});

it('serves the agents’ desk with the people of the account', async () => {
  expect((await account.call('GET', '/agent/assets/config.json')).body).toMatchObject({
    subdomain: 'indesk-demo',
    agents: [{ id: 9001 }, { id: 9002 }, { id: 9003 }],
  });
});
