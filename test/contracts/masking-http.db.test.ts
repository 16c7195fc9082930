import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import { permissionsOf } from '../../src/contract/permissions.ts';
import type { Principal } from '../../src/http/authenticate.ts';
import type { HttpContext } from '../../src/http/context.ts';
import { Lifecycle } from '../../src/http/lifecycle.ts';
import { answerProblems } from '../../src/http/problems.ts';
import { addMaskingRoutes } from '../../src/http/routes/masking-routes.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { SecretBoxError, type SecretBox } from '../../src/ports/secret-box.ts';
import { SettingsReader } from '../../src/services/settings/settings-reader.ts';
import { newSubscription, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openTestSecrets } from '../support/secrets.ts';

const path = '/v1/settings/masking';
const on = {
  enabled: true,
  types: ['email', 'phone'],
  phoneRegions: ['DE'],
  patterns: [{ name: 'PROJECT', pattern: '(?i)project (falcon|eagle)' }],
};

describe.each(engines.filter(({ available }) => available))('masking settings on $name', (engine) => {
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;
  let settings: SettingsReader;
  let app: FastifyInstance;
  let principal: Principal;
  let call: TestCall;

  beforeAll(async () => {
    database = await engine.open();
    ({ secretBox } = await openTestSecrets(database));
    settings = new SettingsReader({ database, secretBox });
    app = Fastify({ genReqId: () => uuidIds.next() });
    const logger = createLogger({ level: 'silent' });
    answerProblems(app, logger);
    const console = (): Principal => principal;
    const context: Partial<HttpContext> = {
      // These routes reach for no other port.
      ports: {
        database,
        secretBox,
        logger,
        clock: systemClock,
        rateLimiter: createMemoryRateLimiter(systemClock),
      } as unknown as HttpContext['ports'],
      settings,
      lifecycle: new Lifecycle(),
      requestsPerMinute: 1_000_000,
      authenticators: { public: console, sidebar: console, widget: console, console, operator: console },
    };
    addMaskingRoutes(app, context as HttpContext);
  });
  beforeEach(async () => {
    call = await newSubscription(database);
    principal = {
      subscriptionId: call.subscriptionId,
      actor: { kind: 'account', id: 'an-admin' },
      permissions: permissionsOf.admin,
      limitKey: call.subscriptionId,
      provenAt: Date.now(),
    };
  });
  afterAll(async () => {
    await app.close();
    await database.close();
  });

  const send = (method: 'GET' | 'PUT' | 'POST', url: string, body?: object) =>
    app.inject({ method, url, ...(body !== undefined && { payload: body }) });

  it('is off until somebody switches it on, and then at once', async () => {
    expect((await send('GET', path)).json()).toMatchObject({ enabled: false, patterns: [] });
    expect((await settings.get(call.subscriptionId)).masking).toBe('off');
    expect((await send('PUT', path, on)).json()).toEqual(on);
    expect((await send('GET', path)).json()).toEqual(on);
    expect((await settings.get(call.subscriptionId)).masking).toMatchObject({
      types: ['email', 'phone'],
      phoneRegions: ['DE'],
      patterns: [{ name: 'PROJECT' }],
    });
    await send('PUT', path, { ...on, enabled: false });
    expect((await settings.get(call.subscriptionId)).masking).toBe('off');
  });

  it('keeps patterns sealed and out of the audit log', async () => {
    await send('PUT', path, on);
    const stored = JSON.stringify([
      await database.read(call, (tx) => tx.selectFrom('app.masking_setting').selectAll().execute()),
      await database.read(call, (tx) => tx.selectFrom('app.audit_event').selectAll().execute()),
    ]);
    expect(stored).not.toContain('falcon');
    expect(stored).not.toContain('PROJECT');
    expect(stored).toContain('masking.changed');
  });

  it.each([
    ['a pattern of another syntax', { patterns: [{ name: 'X1', pattern: '(a)\\1' }] }],
    ['a pattern that matches nothing at all', { patterns: [{ name: 'X1', pattern: 'x*' }] }],
    ['a pattern of more than 200 characters', { patterns: [{ name: 'X1', pattern: 'x'.repeat(201) }] }],
    [
      'more than 20 patterns',
      { patterns: Array.from({ length: 21 }, (_, at) => ({ name: `X${at}`, pattern: `x${at}` })) },
    ],
    [
      'two patterns of one name',
      {
        patterns: [
          { name: 'X1', pattern: 'a' },
          { name: 'X1', pattern: 'b' },
        ],
      },
    ],
    ['the name of a kind of ours', { patterns: [{ name: 'EMAIL', pattern: 'a' }] }],
    ['a name that is no placeholder', { patterns: [{ name: 'a b', pattern: 'a' }] }],
    ['a kind that does not exist', { types: ['ssn'] }],
    ['a country that is no code', { phoneRegions: ['Germany'] }],
  ])('refuses %s', async (_, change) => {
    expect((await send('PUT', path, { ...on, ...change })).statusCode).toBe(400);
    expect((await send('GET', path)).json()).toMatchObject({ enabled: false });
  });

  it('tries settings on a sample: positions only, nothing stored', async () => {
    const sample = 'Ana <ana@mail.example> about Project Falcon, 0171 1234567';
    const answer = await send('POST', `${path}/try`, { settings: on, sample });
    const { found } = answer.json<{ found: { start: number; end: number; type: string; name: string }[] }>();
    expect(found.map(({ start, end, name }) => [name, sample.slice(start, end)])).toEqual([
      ['EMAIL', 'ana@mail.example'],
      ['PROJECT', 'Project Falcon'],
      ['PHONE', '0171 1234567'],
    ]);
    expect(answer.body).not.toContain('ana');
    expect((await send('GET', path)).json()).toMatchObject({ enabled: false });
    const refused = await send('POST', `${path}/try`, { settings: on, sample: 'x'.repeat(10_001) });
    expect(refused.statusCode).toBe(400);
  });

  it('lets members read and only admins change', async () => {
    principal = { ...principal, permissions: permissionsOf.member };
    expect((await send('GET', path)).statusCode).toBe(200);
    expect((await send('PUT', path, on)).statusCode).toBe(403);
    expect((await send('POST', `${path}/try`, { settings: on, sample: 'x' })).statusCode).toBe(403);
  });

  it('sends nothing while the patterns cannot be opened', async () => {
    await send('PUT', path, on);
    const lost: SecretBox = {
      ...secretBox,
      open: () => Promise.reject(new SecretBoxError()),
    };
    const reader = new SettingsReader({ database, secretBox: lost });
    expect((await reader.get(call.subscriptionId)).masking).toBe('unreadable');
  });
});
