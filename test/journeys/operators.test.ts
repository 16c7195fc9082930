import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHouse, problemOf, type House } from '../support/house.ts';

const email = 'first.operator@example.com';
const password = 'violet kettle seventeen';

let house: House;
let agent: string;
/** A person's access token, fresh from the password. */
let person = '';
let main = '';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function send(method: string, path: string, as?: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${house.serverUrl}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
      'x-indesk-console': '1',
      ...(as !== undefined && { authorization: `Bearer ${as}` }),
    },
    ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}
const slug = ({ body }: Answer): string => String(body['type']).replace('/problems/', '');
const summarize = () => house.run('summarize-ticket', { ticketId: 1001, locale: 'en' }, { token: agent });

/** Calls both simulators have seen. */
/** Calls to Zendesk and providers, without those of the macro sync, which runs by itself. */
async function upstreamCalls(): Promise<number> {
  const zendesk = (await house.sandbox('zendesk', 'GET', 'requests')) as {
    endpoints: Record<string, number>;
  };
  const providers = (await house.sandbox('providers', 'GET', 'state')) as { requests: number };
  return Object.entries(zendesk.endpoints)
    .filter(([endpoint]) => !/\/(?:macros|oauth)\b/.test(endpoint))
    .reduce((sum, [, count]) => sum + count, providers.requests);
}
async function tokenWith(scopes: readonly string[]): Promise<{ id: string; token: string }> {
  const { status, body } = await send('POST', '/v1/operator/tokens', person, {
    label: 'Test',
    scopes,
    expiresInDays: 1,
  });
  expect(status).toBe(200);
  return body as { id: string; token: string };
}

beforeAll(async () => {
  house = await openHouse();
  agent = await house.signIn(1001);
});
afterAll(() => house?.close());

describe('the first operator', () => {
  it('S89: is made with the code printed at the start, once, and there is no default password', async () => {
    const codes = house.output().match(/[0-9a-f]{8}(-[0-9a-f]{8}){3}\b/g) ?? [];
    expect(codes).toHaveLength(1);
    const logLines = house
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(logLines.length).toBeGreaterThan(0);
    expect(logLines.join('\n')).not.toContain(codes[0]);
    const bootstrap = (code: unknown) => send('POST', '/v1/bootstrap', undefined, { code, email, password });
    expect(slug(await bootstrap('admin'))).toBe('bootstrap-refused');
    const made = await bootstrap(codes[0]);
    expect(made.status).toBe(200);
    const second = await bootstrap(codes[0]);
    expect([second.status, slug(second)]).toEqual([403, 'bootstrap-refused']);
    for (const [user, word] of [
      ['admin', 'admin'],
      [email, 'admin'],
      [email, ''],
    ])
      expect(
        (await send('POST', '/v1/auth/sign-in', undefined, { email: user, password: word })).status,
      ).not.toBe(200);
    const signedIn = await send('POST', '/v1/auth/sign-in', undefined, { email, password });
    expect(signedIn.status).toBe(200);
    person = String(signedIn.body['accessToken']);
  });
});

describe('admin tokens', () => {
  it('S59: work within their scopes and are refused once revoked', async () => {
    const { id, token } = await tokenWith(['subscriptions:read', 'operators:write']);
    const listed = await send('GET', '/v1/operator/subscriptions', token);
    expect(listed.status).toBe(200);
    const lines = listed.body['subscriptions'] as { id: string; name: string }[];
    expect(lines.map((line) => line.name)).toEqual(['main']);
    main = lines[0]?.id ?? '';
    expect(slug(await send('POST', `/v1/operator/subscriptions/${main}/suspend`, token))).toBe('forbidden');
    // A token is no fresh proof of a person.
    const more = { label: 'More', scopes: ['subscriptions:read'], expiresInDays: 1 };
    expect(slug(await send('POST', '/v1/operator/tokens', token, more))).toBe('step-up-needed');
    expect((await send('DELETE', `/v1/operator/tokens/${id}`, person)).status).toBe(200);
    expect((await send('GET', '/v1/operator/subscriptions', token)).status).toBe(401);
    expect(house.output()).not.toContain(token.slice(20, 50));
  });

  it('nobody else reaches the operator’s addresses', async () => {
    for (const as of [undefined, agent, 'idk_dev_x', 'x.y.z'])
      for (const path of [
        '/v1/operator/subscriptions',
        '/v1/operator/tokens',
        '/v1/operator/usage/2026-01/2026-01',
      ])
        expect((await send('GET', path, as)).status).toBe(401);
  });
});

describe('what a subscription may use', () => {
  it('S43: a feature that is off or withheld answers 403 before anything is asked upstream', async () => {
    expect(problemOf(await summarize())).toBeUndefined();
    const withhold = (features: readonly string[]) =>
      send('PUT', `/v1/operator/subscriptions/${main}/withheld`, person, { features, permissions: [] });
    const before = await upstreamCalls();
    await house.control('feature-switch', { feature: 'summarize-ticket', enabled: false });
    const off = await summarize();
    expect([off.status, problemOf(off)]).toEqual([403, 'feature-disabled']);
    await house.control('feature-switch', { feature: 'summarize-ticket', enabled: true });
    expect((await withhold(['summarize-ticket'])).status).toBe(200);
    const withheld = await summarize();
    expect([withheld.status, problemOf(withheld)]).toEqual([403, 'feature-disabled']);
    expect(
      await house.control('feature-switch', { feature: 'summarize-ticket', enabled: true }),
    ).toMatchObject({
      ok: false,
    });
    expect(await upstreamCalls()).toBe(before);
    await withhold([]);
    expect(problemOf(await summarize())).toBeUndefined();
    expect(await upstreamCalls()).toBeGreaterThan(before);
  });

  it('P18: past the limit of the month the answer is 429 with Retry-After, and nothing is asked upstream', async () => {
    const limit = (requests: number | null) =>
      send('PATCH', `/v1/operator/subscriptions/${main}`, person, {
        limits: { requests, tokens: null, seats: null, aiAgents: null },
      });
    await limit(3);
    const answers = await Promise.all(Array.from({ length: 12 }, () => summarize()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(9);
    expect(new Set(refused.map(problemOf))).toEqual(new Set(['quota-exceeded']));
    const before = await upstreamCalls();
    const raw = await fetch(`${house.serverUrl}/v1/copilot/summarize-ticket`, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ticketId: 1001, locale: 'en' }),
    });
    expect(raw.status).toBe(429);
    expect(Number(raw.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await upstreamCalls()).toBe(before);
    await limit(null);
    expect((await summarize()).status).toBe(200);
  });

  it('P18: the month’s usage comes as CSV', async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const month = new Date().toISOString().slice(0, 7);
    const csv = await send('GET', `/v1/operator/usage/${month}/${month}`, person);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const [header, line] = String(csv.body['text']).split('\r\n');
    expect(header?.startsWith('month,subscription_id,subscription,calls,')).toBe(true);
    expect(line?.startsWith(`${month},${main},main,`)).toBe(true);
    expect(Number(line?.split(',')[3])).toBeGreaterThanOrEqual(5);
    expect(Number(line?.split(',')[4])).toBeGreaterThan(0);
  });

  it('a suspended subscription is refused without an upstream call, and works again when resumed', async () => {
    await send('POST', `/v1/operator/subscriptions/${main}/suspend`, person);
    const before = await upstreamCalls();
    const refused = await summarize();
    expect([refused.status, problemOf(refused)]).toEqual([403, 'subscription-inactive']);
    expect(await upstreamCalls()).toBe(before);
    await send('POST', `/v1/operator/subscriptions/${main}/resume`, person);
    expect(problemOf(await summarize())).toBeUndefined();
  });
});

describe('installing the app with a subscription key', () => {
  const sign = async (): Promise<string> =>
    ((await house.sandbox('zendesk', 'POST', 'sign', { ticketId: 1001, agentId: 9001 })) as { token: string })
      .token;
  let appId = 0;
  let audience = '';

  /** A token in the words of Zendesk, signed by somebody else. */
  async function forge(claims: { readonly audience: string }): Promise<{ token: string; publicKey: string }> {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(new URL(claims.audience).host)
      .setAudience(claims.audience)
      .setSubject('https://x.zendesk.com/api/v2/users/1.json')
      .setJti('forged')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
    return { token, publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })) };
  }
  const install = (body: object) => send('POST', '/v1/install', undefined, { appId, ...body });

  beforeAll(async () => {
    const sandbox = (await house.sandbox('zendesk', 'GET', 'connection')) as {
      appId: number;
      installationId: number;
      subdomain: string;
    };
    appId = sandbox.appId;
    audience = `https://${sandbox.subdomain}.zendesk.com/api/v2/apps/installations/${sandbox.installationId}.json`;
  });

  it('binds by key and signed token together; key alone, a wrong audience and a second claim are refused', async () => {
    const key = String((await send('POST', `/v1/operator/subscriptions/${main}/key`, person)).body['key']);
    // The demo's own installation has been bound by the command line.
    const taken = await install({ key, token: await sign() });
    expect([taken.status, slug(taken)]).toEqual([403, 'install-refused']);
    expect((await send('DELETE', `/v1/operator/subscriptions/${main}/installation`, person)).status).toBe(
      200,
    );
    await expect(house.signIn(1001)).rejects.toThrow('no session');

    const forged = await forge({ audience });
    const elsewhere = await forge({
      audience: 'https://elsewhere.zendesk.com/api/v2/apps/installations/1.json',
    });
    const otherKey = `${key.slice(0, 12)}${key[12] === 'A' ? 'B' : 'A'}${key.slice(13)}`;
    for (const body of [
      { key, token: '' },
      { key, token: 'abc' },
      { key, ...forged },
      { key, token: forged.token },
      { key, ...elsewhere },
      { key: otherKey, token: await sign() },
      { key: '', token: await sign() },
      { key, token: await sign(), publicKey: forged.publicKey },
    ]) {
      const refused = await install(body);
      expect([refused.status, slug(refused)]).toEqual([403, 'install-refused']);
    }
    await expect(house.signIn(1001)).rejects.toThrow('no session');

    const signed = await sign();
    const bound = await install({ key, token: signed });
    expect([bound.status, bound.body]).toEqual([200, { installation: audience }]);
    agent = await house.signIn(1001);
    expect(problemOf(await summarize())).toBeUndefined();
    for (const token of [signed, await sign()])
      expect(slug(await install({ key, token }))).toBe('install-refused');
    expect(house.output()).not.toContain(key.slice(10, 40));
  });

  it('an installation of one subscription cannot be claimed by another of the same account', async () => {
    const made = await send('POST', '/v1/operator/subscriptions', person, { name: 'Second shop' });
    const connection = (await house.sandbox('zendesk', 'GET', 'connection')) as Record<string, unknown>;
    const { subdomain, clientId, clientSecret } = connection;
    const key = String(made.body['key']);
    expect(slug(await install({ key, token: await sign() }))).toBe('zendesk-not-connected');
    expect(
      await house.control('connect-zendesk', { subdomain, clientId, clientSecret }, 'Second shop'),
    ).toMatchObject({ ok: true });
    const refused = await install({ key, token: await sign() });
    expect([slug(refused), refused.body['detail']]).toEqual([
      'install-refused',
      'This installation belongs to another subscription.',
    ]);
  });
});

describe('the end', () => {
  it('S28, S54: erasing over HTTP asks for the name, ends the access at Zendesk and leaves nothing', async () => {
    const list = async () =>
      (await send('GET', '/v1/operator/subscriptions', person)).body['subscriptions'] as {
        id: string;
        name: string;
      }[];
    const id = (await list()).find((line) => line.name === 'Second shop')?.id ?? '';
    const live = async () =>
      ((await house.sandbox('zendesk', 'GET', 'oauth')) as { liveTokens: number }).liveTokens;
    expect(slug(await send('POST', `/v1/operator/subscriptions/${id}/erase`, person, { name: 'main' }))).toBe(
      'invalid-request',
    );
    await send('PUT', `/v1/operator/subscriptions/${id}/hold`, person, { reference: 'case 1' });
    expect(slug(await send('DELETE', `/v1/operator/subscriptions/${id}`, person))).toBe('subscription-held');
    await send('DELETE', `/v1/operator/subscriptions/${id}/hold`, person);
    const before = await live();
    expect((await send('DELETE', `/v1/operator/subscriptions/${id}`, person)).status).toBe(200);
    expect(await live()).toBeLessThan(before);
    const erased = await send('POST', `/v1/operator/subscriptions/${id}/erase`, person, {
      name: 'Second shop',
    });
    expect(erased.status).toBe(200);
    expect(erased.body['erased']).toMatchObject({ subscription: 1 });
    expect((await list()).map((line) => line.name)).toEqual(['main']);
    expect((await send('GET', `/v1/operator/subscriptions/${id}`, person)).status).toBe(404);
    const cleaned = await send('POST', '/v1/operator/subscriptions/clean-up', person, { keepDays: 30 });
    expect(cleaned).toMatchObject({ status: 200, body: { failed: 0, swept: {} } });
  });

  it('the command line does the same work', async () => {
    const run = async (command: string, input: unknown) => {
      const answer = await house.control(command, input);
      return answer.ok ? (answer.lines ?? []).join('\n') : `! ${answer.message}`;
    };
    expect(
      await run('subscription-create', {
        name: 'Shop',
        limits: { requests: 5, tokens: null, seats: 2, aiAgents: null },
      }),
    ).toMatch(/idk_sub_/);
    expect(await run('subscription-list', null)).toContain('0 of 5 requests');
    expect(await run('subscription-suspend', { name: 'Shop' })).toContain('suspended');
    expect(await run('subscription-suspend', { name: 'Nobody' })).toMatch(/^! Not found/);
    expect(await run('subscription-hold', { name: 'Shop', reference: 'case 2' })).toContain('hold');
    expect(await run('subscription-erase', { name: 'Shop' })).toMatch(/^! .*legal hold/);
    expect(await run('subscription-lift-hold', { name: 'Shop' })).toContain('lifted');
    expect(await run('subscription-purge-expired', { days: 0 })).toMatch(/0 erased.*\nSwept by age: /);
    expect(await run('subscription-erase', { name: 'Shop' })).toMatch(/^Erased for good: \d+ rows/);
    const token = /idk_dev_\w{10}_[\w-]+/.exec(
      await run('token-create', { label: 'CLI', scopes: ['usage:read'], expiresInDays: 3 }),
    )?.[0];
    expect(token).toBeDefined();
    const id = token?.split('_')[2] ?? '';
    expect(await run('token-list', null)).toContain(`${id}  ends`);
    expect(await run('token-revoke', { id })).toContain('revoked');
    expect(await run('operator-code', null)).toMatch(/^! .*operator already/);
  });
});
