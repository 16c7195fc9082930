import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHouse, problemOf, type FeatureAnswer, type House } from '../support/house.ts';

let house: House;
let token: string;

beforeAll(async () => {
  house = await openHouse();
  token = await house.signIn(1001);
});
afterAll(() => house?.close());

const summarize = (ticketId: number, as: string): Promise<FeatureAnswer> =>
  house.run('summarize-ticket', { ticketId, locale: 'en' }, { token: as });

describe('signing in', () => {
  const post = (signed: string): Promise<Response> =>
    fetch(`${house.serverUrl}/sidebar`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: signed }),
    });
  const sign = async (): Promise<string> =>
    ((await house.sandbox('zendesk', 'POST', 'sign', { ticketId: 1001, agentId: 9001 })) as { token: string })
      .token;

  it('takes a signed token once', async () => {
    const signed = await sign();
    expect(await (await post(signed)).text()).toContain('indesk-session');
    const again = await post(signed);
    expect(again.status).toBe(401);
    expect(await again.text()).toContain('used before');
  });

  it('refuses forged, changed, foreign and empty tokens, on a page that says so', async () => {
    const [header = '', body = '', signature = ''] = (await sign()).split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const changed = (more: object): string =>
      Buffer.from(JSON.stringify({ ...claims, ...more })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const forged = [
      `${header}.${changed({ sub: 'https://x.zendesk.com/api/v2/users/9002.json' })}.${signature}`,
      `${header}.${changed({ aud: 'https://other.zendesk.com/api/v2/apps/installations/1.json' })}.${signature}`,
      `${none}.${body}.`,
      `${header}.${body}.${signature.slice(0, -4)}AAAA`,
      'abc',
      '',
    ];
    for (const one of forged) {
      const response = await post(one);
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain('indesk-session');
    }
  });

  it('prolongs a session that is valid, and no other', async () => {
    const renew = (session: string): Promise<Response> =>
      fetch(`${house.serverUrl}/v1/sidebar/session`, {
        method: 'POST',
        headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
        body: '{}',
      });
    const { session } = (await (await renew(token)).json()) as { session: string };
    expect(problemOf(await summarize(1001, session))).toBeUndefined();
    expect((await renew(`${token}x`)).status).toBe(401);
  });

  it('refuses calls without a session, with a forged one, and after its end', async () => {
    for (const wrong of ['', 'x', `${token}x`, `${token.split('.')[0]}.AAAA`])
      expect(problemOf(await summarize(1001, wrong))).toBe('not-signed-in');
  });

  // This agent of the demo shop may see the tickets of their groups alone, and Billing is none of them.
  const restrictedAgent = 9006;

  it('keeps an agent from a ticket that Zendesk would not show them', async () => {
    const added = (await house.sandbox('zendesk', 'POST', 'tickets', {
      subject: 'Billing only',
      group: 703,
      comments: [{ public: true, html: '<p>Please help</p>' }],
    })) as { id: number };
    const { id } = added;
    const theirs = await house.signIn(id, restrictedAgent);
    expect(problemOf(await summarize(id, theirs))).toBe('ticket-not-allowed');
  });
});

describe('the page', () => {
  it('comes with a strict policy and may be framed by Zendesk and the sandbox alone', async () => {
    const response = await fetch(`${house.serverUrl}/sidebar`);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`frame-ancestors https://*.zendesk.com ${house.zendeskUrl}`);
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('is not to be left by a path', async () => {
    for (const path of [
      '/sidebar/assets/..%2f..%2fpackage.json',
      '/sidebar/assets/%2e%2e/index.html',
      '/sidebar/assets/x.js%00',
    ]) {
      expect((await fetch(`${house.serverUrl}${path}`)).status).toBeGreaterThanOrEqual(400);
    }
  });
});
