import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CLOUD_ID,
  startConfluenceSimulator,
  type ConfluenceSimulator,
} from '../../simulators/confluence/start-confluence-simulator.ts';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import {
  beginConfluenceAuthorization,
  type BeginConfluenceInput,
} from '../../src/services/integrations/begin-confluence-authorization.ts';
import { openConfluenceAccess } from '../../src/services/integrations/confluence-access.ts';
import { connectConfluence } from '../../src/services/integrations/connect-confluence.ts';
import { finishConfluenceAuthorization } from '../../src/services/integrations/finish-confluence-authorization.ts';
import {
  describeConfluence,
  disconnectConfluence,
  listConfluenceSpaces,
  testConfluence,
} from '../../src/services/integrations/manage-confluence.ts';
import { insertSource } from '../../src/services/knowledge/source-queries.ts';
import { confluenceParts } from '../support/confluence.ts';
import { engines } from '../support/database.ts';
import { openTestSecrets } from '../support/secrets.ts';
import { newAdmin } from '../support/zendesk-oauth.ts';

const site = 'brookline-demo.atlassian.net';
const browser = 'b'.repeat(43);

describe.each(engines.filter((engine) => engine.available))('access to Confluence on $name', (engine) => {
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;
  let simulator: ConfluenceSimulator;
  let parts: ReturnType<typeof confluenceParts>;
  const keyValues = createMemoryKeyValueStore();
  const others: ReturnType<typeof confluenceParts>[] = [];
  const simulated = new Set<string>();

  beforeAll(async () => {
    database = await engine.open();
    ({ secretBox } = await openTestSecrets(database));
    simulator = await startConfluenceSimulator({ port: 0 });
    simulator.simulation.consent.answer = 'allow';
    parts = confluenceParts({ database, secretBox, simulator, restSeconds: 0.5, alsoSimulated: simulated });
  });
  afterEach(() => simulator.faults.clear());
  afterAll(async () => {
    await Promise.all([parts, ...others].map((one) => one.close()));
    await simulator.close();
    await keyValues.close();
    await database.close();
  });

  type Admin = Awaited<ReturnType<typeof newAdmin>>;
  const callFor = ({ subscriptionId, accountId }: Admin) => ({
    subscriptionId,
    actor: { kind: 'account', id: accountId } as const,
    requestId: randomUUID(),
    signal: new AbortController().signal,
    ports: { ...parts.ports, keyValues },
  });
  const begin = async (input: Partial<BeginConfluenceInput> = {}) => {
    const admin = await newAdmin(database, secretBox);
    const asker = { accountId: admin.accountId, sessionId: admin.sessionId, browser };
    const { url } = await beginConfluenceAuthorization(callFor(admin), parts.clients, asker, {
      site,
      ...input,
    });
    const page = new URL(url);
    const response = await fetch(`${simulator.url}${page.pathname}${page.search}`, { redirect: 'manual' });
    return { admin, back: new URL(response.headers.get('location') ?? '') };
  };
  const finish = (back: URL, cookie: string | undefined = browser) =>
    finishConfluenceAuthorization(
      { ...parts.ports, keyValues },
      parts.clients,
      {
        state: back.searchParams.get('state') ?? '',
        code: back.searchParams.get('code') ?? undefined,
        error: back.searchParams.get('error') ?? undefined,
      },
      { browser: cookie, requestId: randomUUID(), signal: new AbortController().signal },
    );
  const authorized = async () => {
    const { admin, back } = await begin();
    await finish(back);
    return admin;
  };
  const rowOf = ({ subscriptionId }: Admin) =>
    database.read({ subscriptionId }, (tx) =>
      tx.selectFrom('app.confluence_connection').selectAll().executeTakeFirst(),
    );
  const listWith = async (admin: Admin, process = parts) => {
    const access = await openConfluenceAccess(parts.ports, admin);
    const source = { kind: 'confluence', access, spaces: [{ id: '65538', key: 'KB' }] } as const;
    return process.pages.list({ source, signal: new AbortController().signal }, null);
  };
  const tokenCalls = () => simulator.requests.filter((line) => line.endsWith('/oauth/token')).length;

  describe('by an API token', () => {
    it('connects a token that works, sealed, and lists the spaces it sees', async () => {
      const admin = await newAdmin(database, secretBox);
      const { email, apiToken } = simulator.simulation;
      await connectConfluence(callFor(admin), { site: `https://${site}/wiki/home`, email, apiToken });
      const row = await rowOf(admin);
      expect(row).toMatchObject({ grant_kind: 'api-token', site_url: `https://${site}`, cloud_id: null });
      for (const secret of [email, apiToken]) expect(JSON.stringify(row)).not.toContain(secret);
      await testConfluence(callFor(admin));
      const { spaces } = await listConfluenceSpaces(callFor(admin), null);
      expect(spaces.map(({ key }) => key)).toEqual(['KB', 'KBDE', 'HR', 'SHOP']);
      const shown = await describeConfluence(callFor(admin), parts.clients);
      expect(shown.connection).toMatchObject({ status: 'connected', grant: 'api-token', client: null });
      expect(JSON.stringify(shown)).not.toContain(email);
    });

    it('finds out that a token has scopes and works at Atlassian’s API only', async () => {
      const admin = await newAdmin(database, secretBox);
      const { email, scopedToken: apiToken } = simulator.simulation;
      await connectConfluence(callFor(admin), { site, email, apiToken });
      expect(await rowOf(admin)).toMatchObject({ cloud_id: CLOUD_ID });
      expect((await listWith(admin)).locators).toHaveLength(5);
    });

    it('stores nothing that does not work, or that is no site of Confluence Cloud', async () => {
      const admin = await newAdmin(database, secretBox);
      const wanted = { site, email: 'a@b.example', apiToken: 'wrong' };
      await expect(connectConfluence(callFor(admin), wanted)).rejects.toMatchObject({
        type: 'confluence-reconnect-needed',
      });
      for (const other of [
        '10.0.0.1',
        'https://evil.example',
        'atlassian.net',
        'x.atlassian.net.evil.example',
      ])
        await expect(connectConfluence(callFor(admin), { ...wanted, site: other })).rejects.toMatchObject({
          type: 'invalid-request',
        });
      expect(await rowOf(admin)).toBeUndefined();
    });

    it('refuses another site while sources of the first are there, also after disconnecting', async () => {
      const admin = await newAdmin(database, secretBox);
      const { email, apiToken } = simulator.simulation;
      const connect = (other: string) => connectConfluence(callFor(admin), { site: other, email, apiToken });
      const elsewhere = 'other-company.atlassian.net';
      const sealed = await secretBox.seal('{}', {
        subscriptionId: admin.subscriptionId,
        table: 'knowledge_source',
        column: 'settings',
        row: 'x',
      });
      const addSource = () =>
        database.bookkeep(admin, (tx) =>
          insertSource(tx, {
            subscriptionId: admin.subscriptionId,
            id: randomUUID(),
            aiAgentId: null,
            inCopilot: true,
            internal: true,
            kind: 'confluence',
            settings: sealed,
          }),
        );
      await connect(site);
      await addSource();
      const refusal = { type: 'confluence-site-in-use' };
      simulated.add(`https://${elsewhere}`);
      await expect(connect(elsewhere)).rejects.toMatchObject(refusal);
      expect(await rowOf(admin)).toMatchObject({ site_url: `https://${site}` });
      await disconnectConfluence(callFor(admin));
      await expect(connect(elsewhere)).rejects.toMatchObject(refusal);
      await expect(
        beginConfluenceAuthorization(
          callFor(admin),
          parts.clients,
          { accountId: admin.accountId, sessionId: admin.sessionId, browser },
          { site: elsewhere },
        ),
      ).rejects.toMatchObject(refusal);
      expect(await rowOf(admin)).toBeUndefined();
      await connect(site);
      await database.bookkeep(admin, (tx) => tx.deleteFrom('app.knowledge_source').execute());
      await connect(elsewhere);
      expect(await rowOf(admin)).toMatchObject({ site_url: `https://${elsewhere}` });
      // Chosen before anything was connected, it belongs to no site until it is read.
      await disconnectConfluence(callFor(admin));
      await addSource();
      await connect(site);
    });

    it('deletes every credential at disconnecting', async () => {
      const admin = await newAdmin(database, secretBox);
      const { email, apiToken } = simulator.simulation;
      await connectConfluence(callFor(admin), { site, email, apiToken });
      await disconnectConfluence(callFor(admin));
      expect(await rowOf(admin)).toBeUndefined();
      await expect(testConfluence(callFor(admin))).rejects.toMatchObject({
        type: 'confluence-not-connected',
      });
      await expect(disconnectConfluence(callFor(admin))).rejects.toMatchObject({
        type: 'confluence-not-connected',
      });
    });
  });

  describe('by a person’s authorisation', () => {
    it('connects with the operator’s app or an own one; tokens and secrets lie sealed', async () => {
      const { id, secret } = parts.clients.globalClient;
      for (const own of [false, true]) {
        const { admin, back } = await begin(own ? { clientId: id, clientSecret: secret } : {});
        await finish(back);
        const row = await rowOf(admin);
        expect(row).toMatchObject({ client_kind: own ? 'own' : 'global', cloud_id: CLOUD_ID });
        expect(JSON.stringify(row)).not.toContain(secret);
        expect(JSON.stringify(row)).not.toContain('eyJ.');
        expect((await listWith(admin)).locators).toHaveLength(5);
      }
    });

    it('S95: a state works once, for one of twenty at the same time', async () => {
      const { admin, back } = await begin();
      const before = tokenCalls();
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => finish(back)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(tokenCalls() - before).toBe(1);
      expect(await rowOf(admin)).toMatchObject({ status: 'connected' });
    });

    it('S95: takes a return once, from the browser that began, of a person who may still do it', async () => {
      const once = await begin();
      await finish(once.back);
      await expect(finish(once.back)).rejects.toMatchObject({ type: 'confluence-authorization-refused' });
      const foreign = await begin();
      await expect(finish(foreign.back, 'c'.repeat(43))).rejects.toMatchObject({
        detail: expect.stringContaining('another browser'),
      });
      // Whoever shows a state uses it up.
      await expect(finish(foreign.back)).rejects.toMatchObject({ type: 'confluence-authorization-refused' });
      const signedOut = await begin();
      await database.bookkeep(signedOut.admin, (tx) =>
        tx.updateTable('app.console_session').set({ revoked_at: new Date() }).execute(),
      );
      await expect(finish(signedOut.back)).rejects.toMatchObject({
        detail: expect.stringContaining('signed out'),
      });
      for (const { admin } of [foreign, signedOut]) expect(await rowOf(admin)).toBeUndefined();
    });

    it('refuses a denial, an invented code, and a site the person does not reach', async () => {
      const denied = await begin();
      denied.back.searchParams.delete('code');
      denied.back.searchParams.set('error', 'access_denied');
      await expect(finish(denied.back)).rejects.toMatchObject({ detail: expect.stringContaining('denied') });
      const invented = await begin();
      invented.back.searchParams.set('code', 'invented');
      await expect(finish(invented.back)).rejects.toMatchObject({ detail: expect.stringContaining('code') });
      const elsewhere = await begin({ site: 'other-company' });
      await expect(finish(elsewhere.back)).rejects.toMatchObject({ detail: expect.stringContaining('site') });
      expect(await rowOf(elsewhere.admin)).toBeUndefined();
    });

    it('S96: many who find the token over ask Atlassian once, in two processes too', async () => {
      const admin = await authorized();
      simulator.simulation.oauth.expireAccess();
      const second = confluenceParts({ database, secretBox, simulator });
      others.push(second);
      const before = tokenCalls();
      const lists = await Promise.all(
        Array.from({ length: 20 }, (_, index) => listWith(admin, index % 2 === 0 ? parts : second)),
      );
      expect(lists.every(({ locators }) => locators.length === 5)).toBe(true);
      expect(tokenCalls() - before).toBe(1);
      expect(await rowOf(admin)).toMatchObject({ version: '1', status: 'connected', lease_owner: null });
    });

    it('S96: a refresh token that has ended means that a person has to reconnect, said once', async () => {
      const admin = await authorized();
      simulator.simulation.oauth.endAuthorizations();
      await expect(listWith(admin)).rejects.toMatchObject({ type: 'confluence-reconnect-needed' });
      const before = tokenCalls();
      await expect(listWith(admin)).rejects.toMatchObject({ type: 'confluence-reconnect-needed' });
      expect(tokenCalls()).toBe(before);
      const shown = await describeConfluence(callFor(admin), parts.clients);
      expect(shown.connection).toMatchObject({
        status: 'reconnect-needed',
        lastError: 'unauthorized-client',
      });
    });

    it('S96: rests while Atlassian is away and goes on with the same pair', async () => {
      const admin = await authorized();
      simulator.simulation.oauth.expireAccess();
      simulator.faults.add({ match: '/oauth/token', kind: 'status', status: 503, times: 1 });
      await expect(listWith(admin)).rejects.toMatchObject({ type: 'confluence-unavailable' });
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect((await listWith(admin)).locators).toHaveLength(5);
    });
  });
});
