import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isKnownScope, OAuth } from './oauth.ts';
import { startTestAccount } from './test-account.ts';
import type { TestAccount } from './test-account.ts';

let account: TestAccount;
beforeEach(async () => {
  account = await startTestAccount();
});
afterEach(async () => {
  vi.useRealTimers();
  await account.simulator.close();
});

const REDIRECT = 'http://127.0.0.1:9/back';

/** Authorises the public client in the browser's place and gives the code from the redirect. */
const authorise = async (verifier: string, decision = 'allow'): Promise<URLSearchParams> => {
  const form = new URLSearchParams({
    client_id: 'indesk_sandbox_public',
    redirect_uri: REDIRECT,
    scope: 'read write',
    state: 's-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    decision,
  });
  const response = await fetch(`${account.simulator.url}/oauth/authorizations`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  expect(response.status).toBe(302);
  return new URL(response.headers.get('location') ?? '').searchParams;
};

it('grants client credentials without a refresh token and shows the token in part only', async () => {
  const { status, body } = await account.grant({
    grant_type: 'client_credentials',
    scope: 'read tickets:write',
    expires_in: 600,
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ token_type: 'bearer', scope: 'read tickets:write', expires_in: 600 });
  expect(body).not.toHaveProperty('refresh_token');
  const token = String(body['access_token']);
  const current = await account.call('GET', '/api/v2/oauth/tokens/current.json', undefined, { token });
  expect(current.body).toMatchObject({
    token: { token: token.slice(0, 10), scopes: ['read', 'tickets:write'] },
  });
});

it.each([
  [{ grant_type: 'client_credentials', client_secret: 'wrong' }, 401, 'invalid_client'],
  [{ grant_type: 'client_credentials', client_id: 'nobody' }, 401, 'invalid_client'],
  [{ grant_type: 'refresh_token', refresh_token: 'x' }, 400, 'invalid_grant'],
  [{ grant_type: 'authorization_code', code: 'x', redirect_uri: REDIRECT }, 400, 'invalid_grant'],
  [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
  [{ grant_type: 'client_credentials', expires_in: 5 }, 400, 'invalid_request'],
])('refuses %j', async (body, status, error) => {
  expect(await account.grant(body)).toMatchObject({ status, body: { error } });
});

it('refuses every call of a token with an unknown scope, and what a narrow token may not', async () => {
  const bad = await account.grant({ grant_type: 'client_credentials', scope: 'read ticket:write' });
  const token = String(bad.body['access_token']);
  for (const path of ['/api/v2/tickets/11', '/api/v2/users/me', '/api/v2/oauth/tokens/current']) {
    expect((await account.call('GET', path, undefined, { token })).status).toBe(403);
  }
  const narrow = String(
    (await account.grant({ grant_type: 'client_credentials', scope: 'tickets:read' })).body['access_token'],
  );
  expect((await account.call('GET', '/api/v2/tickets/11', undefined, { token: narrow })).status).toBe(200);
  expect(await account.call('PUT', '/api/v2/tickets/11', { ticket: {} }, { token: narrow })).toMatchObject({
    status: 403,
    body: { error: 'Forbidden' },
  });
  expect((await account.call('GET', '/api/v2/search?query=lamp', undefined, { token: narrow })).status).toBe(
    403,
  );
  expect(isKnownScope('hc:read')).toBe(true);
});

it('answers 200 with an anonymous user to /users/me without credentials, and 401 elsewhere', async () => {
  const me = await account.call('GET', '/api/v2/users/me.json', undefined, { token: null });
  expect(me).toMatchObject({ status: 200, body: { user: { id: null, name: 'Anonymous user' } } });
  expect(await account.call('GET', '/api/v2/tickets/11', undefined, { token: null })).toMatchObject({
    status: 401,
    body: { error: "Couldn't authenticate you" },
  });
  expect(await account.call('GET', '/api/v2/tickets/11', undefined, { token: 'nonsense' })).toMatchObject({
    status: 401,
    body: { error: 'invalid_token' },
  });
});

it('exchanges a code once, only with its verifier, and rotates both tokens on refresh', async () => {
  const verifier = 'v'.repeat(43);
  const client = { client_id: 'indesk_sandbox_public', client_secret: undefined };
  const exchange = { ...client, grant_type: 'authorization_code', redirect_uri: REDIRECT };
  const wrong = await authorise(verifier);
  expect(
    await account.grant({ ...exchange, code: wrong.get('code'), code_verifier: 'w'.repeat(43) }),
  ).toMatchObject({ status: 400 });

  const back = await authorise(verifier);
  expect(back.get('state')).toBe('s-1');
  const granted = await account.grant({ ...exchange, code: back.get('code'), code_verifier: verifier });
  expect(granted.body).toMatchObject({ scope: 'read write', refresh_token_expires_in: 2_592_000 });
  expect((await account.grant({ ...exchange, code: back.get('code'), code_verifier: verifier })).status).toBe(
    400,
  );

  const refresh = { ...client, grant_type: 'refresh_token', refresh_token: granted.body['refresh_token'] };
  const renewed = await account.grant(refresh);
  expect(renewed.status).toBe(201);
  expect(await account.grant(refresh)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  const [old, fresh] = [granted, renewed].map((reply) => String(reply.body['access_token']));
  expect((await account.call('GET', '/api/v2/tickets/11', undefined, { token: old ?? '' })).status).toBe(401);
  expect((await account.call('GET', '/api/v2/tickets/11', undefined, { token: fresh ?? '' })).status).toBe(
    200,
  );
});

it('sends a refusal back to the application', async () => {
  const back = await authorise('v'.repeat(43), 'deny');
  expect([back.get('error'), back.get('code'), back.get('state')]).toEqual(['access_denied', null, 's-1']);
});

it('shows the authorise page with everything escaped, and redirects to loopback addresses only', async () => {
  const page = `${account.simulator.url}/oauth/authorizations/new?response_type=code&client_id=indesk_sandbox&scope=read`;
  const shown = await fetch(
    `${page}&redirect_uri=${encodeURIComponent(REDIRECT)}&state=${encodeURIComponent('"><script>')}`,
  );
  expect(await shown.text()).not.toContain('<script>');
  expect((await fetch(`${page}&redirect_uri=${encodeURIComponent('https://evil.example/')}`)).status).toBe(
    400,
  );
});

it('ends a token when its time is over, when it is revoked, and when a test says so', async () => {
  const revoked = String(
    (await account.grant({ grant_type: 'client_credentials', scope: 'read write' })).body['access_token'],
  );
  expect(
    (await account.call('DELETE', '/api/v2/oauth/tokens/current', undefined, { token: revoked })).status,
  ).toBe(204);
  expect((await account.call('GET', '/api/v2/tickets/11', undefined, { token: revoked })).status).toBe(401);
  await account.call('POST', '/_sandbox/expire-tokens');
  expect((await account.call('GET', '/api/v2/tickets/11')).status).toBe(401);

  const oauth = new OAuth([{ id: 1, identifier: 'c', secret: 's', userId: 1 }]);
  vi.useFakeTimers();
  const granted = oauth.grant({
    grant_type: 'client_credentials',
    client_id: 'c',
    client_secret: 's',
    expires_in: 300,
  });
  const token = String(granted['access_token']);
  vi.advanceTimersByTime(299_000);
  expect(oauth.find(token)).toBeDefined();
  vi.advanceTimersByTime(2_000);
  expect(oauth.find(token)).toBeUndefined();
});

it('lets a code live for 120 seconds', () => {
  vi.useFakeTimers();
  const client = { id: 1, identifier: 'c', secret: 's', userId: 1 };
  const oauth = new OAuth([client]);
  const code = oauth.issueCode({ client, userId: 1, redirectUri: REDIRECT, scope: 'read', challenge: null });
  vi.advanceTimersByTime(120_001);
  const body = {
    grant_type: 'authorization_code',
    client_id: 'c',
    client_secret: 's',
    code,
    redirect_uri: REDIRECT,
  };
  expect(() => oauth.grant(body)).toThrow('invalid_grant');
});

it('answers the authorise page by itself when a test has decided, and shows the buttons otherwise', async () => {
  const page = `${account.simulator.url}/oauth/authorizations/new?${new URLSearchParams({
    response_type: 'code',
    client_id: 'zdg-indesk',
    redirect_uri: REDIRECT,
    scope: 'read',
    state: 's-2',
  })}`;
  expect(await (await fetch(page)).text()).toContain('value="allow">Allow');
  for (const [consent, name] of [
    ['allow', 'code'],
    ['deny', 'error'],
  ] as const) {
    await account.call('POST', '/_sandbox/oauth', { consent });
    const back = (await fetch(page, { redirect: 'manual' })).headers.get('location') ?? '';
    expect(new URL(back).searchParams.get(name)).not.toBeNull();
    expect(new URL(back).searchParams.get('state')).toBe('s-2');
  }
});

it('counts grants and refusals, and grants no more scopes than a test allows', async () => {
  await account.call('POST', '/_sandbox/oauth', { resetCounts: true, scopeLimit: ['read'] });
  const { body } = await account.grant({ grant_type: 'client_credentials', scope: 'read tickets:write' });
  expect(body).toMatchObject({ scope: 'read' });
  await account.grant({ grant_type: 'refresh_token', refresh_token: 'x' });
  expect((await account.call('GET', '/_sandbox/oauth')).body).toMatchObject({
    grants: { client_credentials: { granted: 1, refused: 0 }, refresh_token: { granted: 0, refused: 1 } },
  });
});
