import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startProviderSimulator,
  type ProviderSimulator,
} from '../../simulators/providers/provider-simulator.ts';
import { SMALL_CONTENT } from '../../simulators/zendesk/test-account.ts';
import {
  startZendeskSimulator,
  type ZendeskSimulator,
} from '../../simulators/zendesk/start-zendesk-simulator.ts';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { createModelProvider } from '../../src/adapters/providers/create-model-provider.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import { permissionsOf } from '../../src/contract/permissions.ts';
import type { Principal } from '../../src/http/authenticate.ts';
import type { HttpContext } from '../../src/http/context.ts';
import { Lifecycle } from '../../src/http/lifecycle.ts';
import { answerProblems } from '../../src/http/problems.ts';
import { addIntegrationsRoutes } from '../../src/http/routes/integrations-routes.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { engines } from '../support/database.ts';
import { openTestSecrets } from '../support/secrets.ts';
import { answerAt, newAdmin, zendeskParts, type ZendeskParts } from '../support/zendesk-oauth.ts';

const key = 'sk-sim.n=3.provider-key-7788';

describe.each(engines.filter((engine) => engine.available))('integrations over HTTP on $name', (engine) => {
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;
  let acme: ZendeskSimulator;
  let first: ProviderSimulator;
  let second: ProviderSimulator;
  let silent: Server;
  let parts: ZendeskParts;
  let app: FastifyInstance;
  let admin: Awaited<ReturnType<typeof newAdmin>>;
  let principal: Principal;

  beforeAll(async () => {
    database = await engine.open();
    ({ secretBox } = await openTestSecrets(database));
    acme = await startZendeskSimulator({
      port: 0,
      content: SMALL_CONTENT,
      subdomain: 'acme',
      sidebarUrl: 'http://127.0.0.1:1/',
    });
    [first, second] = await Promise.all([
      startProviderSimulator({ record: true }),
      startProviderSimulator({ record: true }),
    ]);
    silent = createSocketServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    parts = zendeskParts({
      database,
      secretBox,
      origins: { acme: acme.url },
      allowedPrivate: [hostOf(first.url), hostOf(second.url), silentHost(), '127.0.0.1:1'],
    });
    app = Fastify({ genReqId: () => uuidIds.next() });
    answerProblems(app, parts.ports.logger);
    const console = (): Principal => principal;
    const context: Partial<HttpContext> = {
      // The routes of integrations reach for no other port.
      ports: {
        ...parts.ports,
        rateLimiter: createMemoryRateLimiter(systemClock),
        modelProvider: createModelProvider({
          dispatcherFor: (purpose) => parts.ports.egress.dispatcherFor(purpose),
          clock: systemClock,
        }),
      } as unknown as HttpContext['ports'],
      settings: parts.settings,
      zendeskClients: parts.clients,
      lifecycle: new Lifecycle(),
      requestsPerMinute: 1_000_000,
      authenticators: { public: console, sidebar: console, widget: console, console, operator: console },
    };
    addIntegrationsRoutes(app, context as HttpContext);
  });
  beforeEach(async () => {
    admin = await newAdmin(database, secretBox);
    principal = {
      subscriptionId: admin.subscriptionId,
      actor: { kind: 'account', id: admin.accountId },
      permissions: permissionsOf.admin,
      limitKey: admin.accountId,
      sessionId: admin.sessionId,
      provenAt: Date.now(),
    };
  });
  afterEach(() => {
    first.reset();
    second.reset();
  });
  afterAll(async () => {
    await app.close();
    await parts.close();
    silent.close();
    await Promise.all([acme.close(), first.close(), second.close()]);
    await database.close();
  });

  const hostOf = (url: string): string => new URL(url).host;
  const silentHost = (): string => `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) =>
    app.inject({
      method,
      url: path,
      ...(body !== undefined && { payload: body }),
    });
  const listed = async () =>
    (await send('GET', '/v1/integrations')).json<{
      zendesk: Record<string, unknown> | null;
      providers: Record<string, unknown>[];
    }>();
  const addProvider = async (more: object = {}): Promise<string> => {
    const added = await send('POST', '/v1/integrations/providers', {
      kind: 'openai-compatible',
      label: 'Own',
      model: 'sim-model',
      baseUrl: `${first.url}/compatible/v1`,
      apiKey: key,
      ...more,
    });
    expect(added.json()).toMatchObject({ check: 'valid' });
    return added.json<{ id: string }>().id;
  };

  describe('keys of AI providers', () => {
    it('are write-only: the last four characters are shown and nothing else', async () => {
      await addProvider();
      const answer = await send('GET', '/v1/integrations');
      expect(answer.body).not.toContain(key.slice(0, 12));
      expect(answer.json()).toMatchObject({
        zendesk: null,
        providers: [{ label: 'Own', keyLastFour: '7788', isDefault: true, host: hostOf(first.url) }],
      });
      const stored = await database.read(admin, (tx) =>
        tx.selectFrom('app.provider_connection').selectAll().execute(),
      );
      expect(JSON.stringify(stored)).not.toContain(key.slice(0, 12));
      const audit = await database.read(admin, (tx) =>
        tx.selectFrom('app.audit_event').selectAll().execute(),
      );
      expect(JSON.stringify(audit)).not.toContain('7788');
    });

    it('S103: are not sent to another host: a new base URL asks for the key again', async () => {
      const id = await addProvider();
      const path = `/v1/integrations/providers/${id}`;
      const baseUrl = `${second.url}/compatible/v1`;
      const refused = await send('PUT', path, { baseUrl });
      expect(refused.statusCode).toBe(400);
      expect(refused.json()).toMatchObject({
        type: '/problems/invalid-request',
        detail: 'apiKey: Enter the key again, because the address names another host.',
      });
      for (const other of [`${second.url}/compatible/v1?x=1`, `http://${hostOf(second.url)}#y`])
        expect((await send('PUT', path, { baseUrl: other })).statusCode).toBe(400);
      expect(second.requests).toEqual([]);
      expect((await listed()).providers[0]).toMatchObject({ baseUrl: `${first.url}/compatible/v1` });
      const changed = await send('PUT', path, { baseUrl, apiKey: 'sk-sim.n=3.other-key-1234' });
      expect(changed.json()).toEqual({ check: 'valid' });
      expect(JSON.stringify(second.requests)).not.toContain('provider-key');
      expect((await listed()).providers[0]).toMatchObject({ baseUrl, keyLastFour: '1234' });
    });

    it('S103: stay with their host when two people change the address at the same time', async () => {
      for (let round = 0; round < 8; round += 1) {
        const id = await addProvider({ label: `Round ${round}` });
        const path = `/v1/integrations/providers/${id}`;
        const answers = await Promise.all([
          send('PUT', path, { baseUrl: `${second.url}/compatible/v1`, apiKey: 'sk-sim.n=3.other-key-1234' }),
          send('PUT', path, { baseUrl: `${first.url}/compatible/v1/`, model: 'other' }),
        ]);
        expect(answers.map(({ statusCode }) => statusCode)).toContain(200);
        const provider = (await listed()).providers.find((one) => one['id'] === id) ?? {};
        const isMoved = String(provider['baseUrl']).startsWith(second.url);
        expect(provider['keyLastFour']).toBe(isMoved ? '1234' : '7788');
      }
    });

    it('stay when only model, name or path changes, and are tested without any content', async () => {
      const id = await addProvider();
      const path = `/v1/integrations/providers/${id}`;
      const changed = await send('PUT', path, { label: 'Renamed', model: 'other-model' });
      expect(changed.json()).toEqual({ check: 'valid' });
      first.reset();
      const test = await send('POST', `${path}/test`, {});
      expect(test.json()).toMatchObject({ key: 'valid', streaming: 'ok' });
      expect(JSON.stringify(first.requests)).toContain('other-model');
      expect(JSON.stringify(first.requests)).not.toMatch(/lamp|ticket/i);
    });

    it('are refused when the provider refuses them, and nothing is stored', async () => {
      const refused = await send('POST', '/v1/integrations/providers', {
        kind: 'openai-compatible',
        model: 'm',
        baseUrl: `${first.url}/compatible/v1`,
        apiKey: 'wrong-key-aaaaaaaa',
      });
      expect(refused.json()).toMatchObject({ type: '/problems/provider-auth' });
      expect(refused.body).not.toContain('wrong-key');
      expect((await listed()).providers).toEqual([]);
    });

    it('S101: a base URL that is closed, silent, speaks no TLS or answers 404 gets one and the same answer', async () => {
      const bases = [
        `http://127.0.0.1:1/v1`,
        `http://${silentHost()}/v1`,
        `https://${hostOf(first.url)}/v1`,
        `${first.url}/nothing/here`,
      ];
      const answers = [];
      for (const [index, baseUrl] of bases.entries()) {
        const added = await send('POST', '/v1/integrations/providers', {
          kind: 'openai-compatible',
          label: `Probe ${index}`,
          model: 'm',
          baseUrl,
          apiKey: key,
        });
        const { id: _id, ...rest } = added.json<{ id: string }>();
        answers.push([added.statusCode, rest]);
        expect(added.body).not.toContain('127.0.0.1');
      }
      expect(answers).toEqual(bases.map(() => [200, { check: 'unreachable' }]));
    });

    it('S97: a base URL on a private network is refused before anything is sent', async () => {
      for (const baseUrl of [
        'https://10.0.0.1/v1',
        'https://169.254.169.254/latest',
        'http://api.example.com/v1',
      ]) {
        const refused = await send('POST', '/v1/integrations/providers', {
          kind: 'openai-compatible',
          model: 'm',
          baseUrl,
          apiKey: key,
        });
        expect(refused.json()).toMatchObject({ type: '/problems/egress-refused' });
      }
    });

    it('are deleted with their provider, and nobody else begins to answer', async () => {
      const kept = await addProvider({ label: 'Kept' });
      const gone = await addProvider({ label: 'Gone' });
      expect((await send('DELETE', `/v1/integrations/providers/${gone}`)).statusCode).toBe(200);
      expect((await listed()).providers).toEqual([expect.objectContaining({ id: kept, isDefault: false })]);
      expect((await send('DELETE', `/v1/integrations/providers/${gone}`)).statusCode).toBe(404);
      await send('PUT', `/v1/integrations/providers/${kept}`, { isDefault: true });
      expect((await parts.settings.get(admin.subscriptionId)).provider?.model).toBe('sim-model');
    });

    it('belong to their subscription: another one finds none of them', async () => {
      const id = await addProvider();
      const stranger = await newAdmin(database, secretBox);
      principal = { ...principal, subscriptionId: stranger.subscriptionId };
      for (const [method, path] of [
        ['PUT', ''],
        ['DELETE', ''],
        ['POST', '/test'],
      ] as const) {
        const answer = await send(
          method,
          `/v1/integrations/providers/${id}${path}`,
          method === 'DELETE' ? undefined : {},
        );
        expect(answer.statusCode).toBe(404);
      }
      expect((await listed()).providers).toEqual([]);
    });
  });

  describe('the way to Zendesk and back', () => {
    const authorize = async () => {
      const answer = await send('POST', '/v1/integrations/zendesk/authorize', { subdomain: 'acme' });
      const [cookie] = answer.cookies;
      return { answer, cookie, url: answer.json<{ url: string }>().url };
    };
    const comeBack = (address: URL, cookie?: string) =>
      app.inject({
        method: 'GET',
        url: address.pathname + address.search,
        headers: cookie === undefined ? {} : { cookie },
      });

    it('S95: ends connected in the browser that began it, with a cookie no script and no other site can use', async () => {
      const { answer, cookie, url } = await authorize();
      expect(answer.json()).toMatchObject({ expiresInSeconds: 600 });
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 600 });
      expect(answer.body).not.toContain(cookie?.value);
      const back = await comeBack(await answerAt(url), `${cookie?.name}=${cookie?.value}`);
      expect(back.statusCode).toBe(200);
      expect(back.body).toContain('Zendesk is connected');
      expect(back.cookies[0]).toMatchObject({ value: '', maxAge: 0 });
      expect((await listed()).zendesk).toMatchObject({
        subdomain: 'acme',
        status: 'connected',
        grant: 'authorization-code',
        client: 'global',
        lastError: null,
      });
      expect((await send('POST', '/v1/integrations/zendesk/test', {})).statusCode).toBe(200);
      expect((await send('DELETE', '/v1/integrations/zendesk')).json()).toEqual({ revoked: true });
      expect((await send('POST', '/v1/integrations/zendesk/test', {})).json()).toMatchObject({
        type: '/problems/zendesk-not-connected',
      });
    });

    it.each([
      ['no cookie', () => undefined],
      ['another cookie', (name: string) => `${name}=${'A'.repeat(43)}`],
      ['two cookies', (name: string, value: string) => `${name}=${value}; ${name}=${value}`],
    ])('S95: is refused with %s', async (_what, make) => {
      const { cookie, url } = await authorize();
      const back = await comeBack(await answerAt(url), make(cookie?.name ?? '', cookie?.value ?? ''));
      expect(back.statusCode).toBe(403);
      expect(back.body).toContain('It was begun in another browser or terminal.');
      expect((await listed()).zendesk).toBeNull();
    });

    it('S95: is refused with two codes or states in the address', async () => {
      const { cookie, url } = await authorize();
      const address = await answerAt(url);
      address.searchParams.append('code', 'another');
      const back = await comeBack(address, `${cookie?.name}=${cookie?.value}`);
      expect(back.statusCode).toBe(403);
      expect(back.body).not.toContain('another<');
    });

    it('shows what Zendesk wrote nowhere', async () => {
      const back = await comeBack(
        new URL(
          'http://x/oauth/zendesk/callback?state=x&error=<script>&error_description=<script>alert(1)</script>',
        ),
      );
      expect(back.statusCode).toBe(403);
      expect(back.body).not.toContain('<script>');
      expect(back.headers['cache-control']).toBe('no-store');
    });

    it('asks for a fresh proof, the permission, and a person', async () => {
      const body = { subdomain: 'acme' };
      const path = '/v1/integrations/zendesk/authorize';
      const full = principal;
      principal = { ...full, provenAt: Date.now() - 11 * 60_000 };
      expect((await send('POST', path, body)).json()).toMatchObject({ type: '/problems/step-up-needed' });
      principal = { ...full, permissions: permissionsOf.member };
      expect((await send('POST', path, body)).statusCode).toBe(403);
      expect((await send('GET', '/v1/integrations')).statusCode).toBe(200);
      principal = { ...full, actor: { kind: 'admin-token', id: 'token' } };
      expect((await send('POST', path, body)).statusCode).toBe(403);
    });
  });
});
