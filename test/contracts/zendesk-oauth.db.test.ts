import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  beginZendeskAuthorization,
  newBrowserSecret,
} from '../../src/services/integrations/begin-zendesk-authorization.ts';
import { testZendesk } from '../../src/services/integrations/test-zendesk.ts';
import { engines } from '../support/database.ts';
import { openConsent, problemOf, type Consent } from '../support/zendesk-consent.ts';
import { answerAt, globalClient, newAdmin, redirectUri } from '../support/zendesk-oauth.ts';

const scopes = 'read tickets:write webhooks:write triggers:write';

describe.each(engines.filter((engine) => engine.available))('authorisation of Zendesk on $name', (engine) => {
  let consent: Consent;
  beforeAll(async () => {
    consent = await openConsent(engine);
  });
  beforeEach(() => consent.reset());
  afterAll(() => consent.close());

  describe('a person who comes back', () => {
    it.each([
      ['the global client', {}],
      ['an own confidential client', { own: 'indesk_sandbox' }],
      ['an own public client with PKCE alone', { own: 'indesk_sandbox_public' }],
    ])('connects with %s; tokens and secrets lie sealed', async (_name, { own }: { own?: string }) => {
      const { clientSecret } = (await consent.control(consent.acme, 'connection')) as {
        clientSecret: string;
      };
      const admin = await consent.connect(
        own === undefined ? {} : { clientId: own, ...(own === 'indesk_sandbox' && { clientSecret }) },
      );
      const row = await consent.rowOf(admin.subscriptionId);
      expect(row).toMatchObject({
        grant_kind: 'authorization-code',
        client_kind: own === undefined ? 'global' : 'own',
        status: 'connected',
        granted_scopes: scopes,
      });
      expect(JSON.stringify(row)).not.toContain(clientSecret);
      expect(JSON.stringify(row)).not.toContain(globalClient.secret);
      expect((await testZendesk(consent.callFor(admin), consent.parts.settings)).scopes).toEqual(
        scopes.split(' '),
      );
      expect((await consent.auditOf(admin.subscriptionId)).map(({ action }) => action)).toContain(
        'zendesk.connected',
      );
    });

    it('connects the sidebar app too, when its numbers are given', async () => {
      const { appId, installationId } = (await consent.control(consent.acme, 'connection')) as Record<
        string,
        number
      >;
      const admin = await consent.connect({ appId, installationId });
      const installations = await consent.database.read(admin, (tx) =>
        tx.selectFrom('app.sidebar_installation').select('audience').execute(),
      );
      expect(installations).toEqual([
        { audience: `https://acme.zendesk.com/api/v2/apps/installations/${installationId}.json` },
      ]);
    });

    it('is refused when Zendesk granted less than was asked for, and the token is given back', async () => {
      const { admin, browser, url } = await consent.begin();
      await consent.control(consent.acme, 'oauth', { scopeLimit: ['read', 'tickets:write'] });
      const before = (await consent.grants()).liveTokens;
      expect(await problemOf(consent.finish(consent.returned(await answerAt(url)), browser))).toMatchObject({
        type: 'zendesk-forbidden',
        detail: 'The access lacks: webhooks:write, triggers:write.',
      });
      await consent.nothingStored(admin.subscriptionId);
      expect((await consent.grants()).liveTokens).toBe(before);
    });

    it('ends the older authorisation at Zendesk when a new one takes its place', async () => {
      const admin = await consent.connect();
      const before = (await consent.grants()).liveTokens;
      const { browser, url } = await consent.begin({}, admin);
      await consent.finish(consent.returned(await answerAt(url)), browser);
      expect((await consent.grants()).liveTokens).toBe(before);
      expect((await consent.rowOf(admin.subscriptionId))?.version).toBe('1');
    });

    it('learns that the server has no client of its own', async () => {
      const admin = await newAdmin(consent.database, consent.secretBox);
      const asker = { accountId: admin.accountId, sessionId: admin.sessionId, browser: newBrowserSecret() };
      const clients = { redirectUri, globalClient: undefined };
      expect(
        await problemOf(
          beginZendeskAuthorization(consent.callFor(admin), clients, asker, { subdomain: 'acme' }),
        ),
      ).toMatchObject({ type: 'invalid-request' });
    });

    it.each(['acme.evil.com', 'a', '-acme', 'ac_me', 'acme/..', 'ACME', 'acme@evil', ''])(
      'is never sent to an account named %j',
      async (subdomain) => {
        expect(await problemOf(consent.begin({ subdomain }))).toMatchObject({ type: 'invalid-request' });
      },
    );
  });

  describe('a return that is not the one that was asked for', () => {
    const refused = async (work: Promise<unknown>, admin: { subscriptionId: string }, reason: string) => {
      expect(await problemOf(work)).toMatchObject({ type: 'authorization-refused' });
      await consent.nothingStored(admin.subscriptionId);
      expect(await consent.auditOf(admin.subscriptionId)).toContainEqual({
        action: 'zendesk.authorization-refused',
        outcome: 'refused',
        facts: { reason },
      });
    };

    it('S95: a state works once, for one of fifty at the same time', async () => {
      const { browser, url } = await consent.begin();
      const back = consent.returned(await answerAt(url));
      const tries = await Promise.all(
        Array.from({ length: 50 }, () => problemOf(consent.finish(back, browser))),
      );
      expect(tries.filter(({ type }) => type === 'none')).toHaveLength(1);
      expect(tries.filter(({ type }) => type === 'authorization-refused')).toHaveLength(49);
      expect((await consent.grants()).grants['authorization_code']).toEqual({ granted: 1, refused: 0 });
    });

    it('S95: a state that nobody was given is refused before anything is asked', async () => {
      for (const state of ['', 'x', randomBytes(32).toString('base64url')])
        expect(await problemOf(consent.finish({ state, code: 'c' }, newBrowserSecret()))).toMatchObject({
          type: 'authorization-refused',
        });
      expect((await consent.grants()).grants).toEqual({});
    });

    it('S95: a state is over after ten minutes', async () => {
      const { admin, browser, url } = await consent.begin();
      const back = consent.returned(await answerAt(url));
      consent.passTime(10 * 60_000 + 1);
      await refused(consent.finish(back, browser), admin, 'state-expired');
    });

    it.each([undefined, 'somebody-else'])(
      'S95: another browser (%s) is refused and uses the state up',
      async (browser) => {
        const began = await consent.begin();
        const back = consent.returned(await answerAt(began.url));
        await refused(consent.finish(back, browser), began.admin, 'other-browser');
        expect(await problemOf(consent.finish(back, began.browser))).toMatchObject({
          type: 'authorization-refused',
        });
        expect((await consent.grants()).grants).toEqual({});
      },
    );

    it('S95: another person is refused', async () => {
      const { admin, browser, url } = await consent.begin();
      const someoneElse = await newAdmin(consent.database, consent.secretBox);
      const back = consent.returned(await answerAt(url));
      await refused(
        consent.finish(back, browser, { accountId: someoneElse.accountId }),
        admin,
        'other-account',
      );
    });

    it.each(['signed out', 'disabled', 'no admin any more'])(
      'S95: a person who is %s meanwhile is refused',
      async (what) => {
        const { admin, browser, url } = await consent.begin();
        const back = consent.returned(await answerAt(url));
        await consent.database.bookkeep(admin, async (tx) => {
          if (what === 'signed out')
            await tx.updateTable('app.console_session').set({ revoked_at: new Date() }).execute();
          else if (what === 'disabled')
            await tx.updateTable('app.account').set({ status: 'disabled' }).execute();
          else await tx.updateTable('app.account').set({ role: 'member' }).execute();
        });
        await refused(consent.finish(back, browser), admin, 'not-allowed-any-more');
      },
    );

    it('S95: a code that another tenant got, for the same account and client, is refused', async () => {
      const attacker = await consent.begin();
      const victim = await consent.begin();
      const stolen = consent.returned(await answerAt(attacker.url));
      const back = { state: new URL(victim.url).searchParams.get('state') ?? '', code: stolen.code };
      await refused(consent.finish(back, victim.browser), victim.admin, 'code-refused');
    });

    it('S95: a code of another Zendesk account is refused', async () => {
      const attacker = await consent.begin({ subdomain: 'other' });
      const victim = await consent.begin();
      const stolen = consent.returned(await answerAt(attacker.url));
      const back = { state: new URL(victim.url).searchParams.get('state') ?? '', code: stolen.code };
      await refused(consent.finish(back, victim.browser), victim.admin, 'code-refused');
      expect((await consent.grants(consent.other)).grants).toEqual({});
    });

    it('S95: a return from another account than the one that was asked is refused', async () => {
      const { admin, browser, url } = await consent.begin();
      const back = consent.returned(await answerAt(url));
      await refused(consent.finish({ ...back, subdomain: 'other' }, browser), admin, 'other-subdomain');
    });

    it('S95: the address people come back to is exactly the registered one', async () => {
      const { admin, browser, url } = await consent.begin();
      expect(new URL(url).searchParams.get('redirect_uri')).toBe(redirectUri);
      const clients = { ...consent.parts.clients, redirectUri: `${redirectUri}/` };
      await refused(
        consent.finish(consent.returned(await answerAt(url)), browser, { clients }),
        admin,
        'other-address',
      );
    });

    it('S95: the challenge is the S256 of a verifier that never leaves before the exchange', async () => {
      const { admin, url } = await consent.begin();
      const { searchParams } = new URL(url);
      expect(searchParams.get('code_challenge_method')).toBe('S256');
      const state = await consent.database.read(admin, (tx) =>
        tx.selectFrom('app.oauth_state').selectAll().executeTakeFirstOrThrow(),
      );
      const binding = {
        subscriptionId: admin.subscriptionId,
        table: 'oauth_state',
        column: 'verifier',
        row: state.id,
      };
      const verifier = await consent.secretBox.open(state.verifier, binding);
      expect(verifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(searchParams.get('code_challenge')).toBe(
        createHash('sha256').update(verifier).digest('base64url'),
      );
      expect(url).not.toContain(verifier);
      expect(JSON.stringify(state)).not.toContain(searchParams.get('state'));
    });

    it('says so when the person denied it at Zendesk, or Zendesk sent no code', async () => {
      const denied = await consent.begin();
      await refused(
        consent.finish(consent.returned(await answerAt(denied.url, 'deny')), denied.browser),
        denied.admin,
        'access-denied',
      );
      const empty = await consent.begin();
      const state = new URL(empty.url).searchParams.get('state') ?? '';
      await refused(consent.finish({ state }, empty.browser), empty.admin, 'no-code');
    });
  });
});
