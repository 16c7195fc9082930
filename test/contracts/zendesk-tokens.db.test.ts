import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SMALL_CONTENT } from '../../simulators/zendesk/test-account.ts';
import {
  startZendeskSimulator,
  type ZendeskSimulator,
} from '../../simulators/zendesk/start-zendesk-simulator.ts';
import { ProblemError } from '../../src/kernel/problem-error.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import type { HelpDeskConnection } from '../../src/ports/help-desk.ts';
import { listIntegrations } from '../../src/services/integrations/list-integrations.ts';
import { engines } from '../support/database.ts';
import { openTestSecrets } from '../support/secrets.ts';
import {
  authorizeAcme,
  connectAcme,
  zendeskParts,
  type RefresherOptions,
  type ZendeskParts,
} from '../support/zendesk-oauth.ts';

const restSeconds = 0.5;

async function problemOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  return work.then(
    () => ({ type: 'none' }),
    (error: unknown) => ({ ...(error as object) }),
  );
}

describe.each(engines.filter((engine) => engine.available))('rotating access on $name', (engine) => {
  let database: BookkeepingDatabase;
  let acme: ZendeskSimulator;
  let secretBox: SecretBox;
  const running: ZendeskParts[] = [];

  /** What one process has. */
  const process = (more: Partial<RefresherOptions> = {}): ZendeskParts => {
    const parts = zendeskParts({
      database,
      secretBox,
      origins: { acme: acme.url },
      restSeconds,
      ...more,
    });
    running.push(parts);
    return parts;
  };
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${acme.url}/_sandbox/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  };
  const refreshes = async () => {
    const { grants } = (await control('oauth')) as {
      grants: Record<string, { granted: number; refused: number }>;
    };
    return grants['refresh_token'] ?? { granted: 0, refused: 0 };
  };
  const rowOf = (subscriptionId: string) =>
    database.read({ subscriptionId }, (tx) =>
      tx.selectFrom('app.zendesk_connection').selectAll().executeTakeFirstOrThrow(),
    );
  const change = (subscriptionId: string, values: object): Promise<unknown> =>
    database.bookkeep({ subscriptionId }, (tx) =>
      tx.updateTable('app.zendesk_connection').set(values).execute(),
    );
  const expire = (subscriptionId: string) => change(subscriptionId, { expires_at: new Date() });
  let connection: HelpDeskConnection;
  let subscriptionId = '';

  beforeAll(async () => {
    database = await engine.open();
    ({ secretBox } = await openTestSecrets(database));
    acme = await startZendeskSimulator({
      port: 0,
      content: SMALL_CONTENT,
      subdomain: 'acme',
      sidebarUrl: 'http://127.0.0.1:1/',
    });
  });
  beforeEach(async () => {
    connection = await connectAcme(process(), database, secretBox);
    ({ subscriptionId } = connection);
    await control('oauth', { resetCounts: true });
  });
  afterEach(async () => {
    acme.faults.clear();
    await Promise.all(running.splice(0).map((parts) => parts.close()));
  });
  afterAll(() => Promise.all([acme.close(), database.close()]));

  it('gives the stored token without asking anybody, until a minute before it expires', async () => {
    const { tokens } = process();
    const token = await tokens.get(connection);
    expect(await tokens.get(connection)).toBe(token);
    await change(subscriptionId, { expires_at: new Date(Date.now() + 62_000) });
    expect(await process().tokens.get(connection)).toBe(token);
    await change(subscriptionId, { expires_at: new Date(Date.now() + 59_000) });
    expect(await process().tokens.get(connection)).not.toBe(token);
    expect(await refreshes()).toEqual({ granted: 1, refused: 0 });
  });

  it('S96: a hundred callers in three houses at expiry cause one refresh and get the same token', async () => {
    await expire(subscriptionId);
    const houses = [process(), process(), process()];
    const got = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => houses[index % 3]?.tokens.get(connection)),
    );
    expect(new Set(got).size).toBe(1);
    expect(await refreshes()).toEqual({ granted: 1, refused: 0 });
    expect(await rowOf(subscriptionId)).toMatchObject({ version: '1', lease_owner: null, lease_until: null });
  });

  it('S96: the new pair is stored before anybody gets it', async () => {
    await expire(subscriptionId);
    let storedWhenGiven: string | undefined;
    const { tokens } = process();
    const token = await tokens.get(connection).then(async (given) => {
      storedWhenGiven = (await rowOf(subscriptionId)).access_token ?? undefined;
      return given;
    });
    const binding = {
      subscriptionId,
      table: 'zendesk_connection',
      column: 'access_token',
      row: subscriptionId,
    };
    expect(await secretBox.open(storedWhenGiven ?? '', binding)).toBe(token);
  });

  it('notices that another process has rotated, without a refresh of its own', async () => {
    const [first, second] = [process(), process()];
    const ask = (parts: ZendeskParts) =>
      parts.ports.helpDesk.checkConnection({ connection, signal: new AbortController().signal });
    await ask(second);
    await expire(subscriptionId);
    await ask(first);
    await ask(second);
    expect(await refreshes()).toEqual({ granted: 1, refused: 0 });
  });

  it('refreshes once when Zendesk refuses a token before its time', async () => {
    const parts = process();
    const ask = () =>
      parts.ports.helpDesk.checkConnection({ connection, signal: new AbortController().signal });
    await ask();
    await control('expire-tokens', {});
    await Promise.all([ask(), ask(), ask()]);
    expect(await refreshes()).toEqual({ granted: 1, refused: 0 });
  });

  it('does not ask for pair after pair when Zendesk refuses everything', async () => {
    const parts = process();
    acme.faults.add({ match: '^GET /api/v2/oauth/tokens/current', kind: 'status', status: 401 });
    const ask = () =>
      parts.ports.helpDesk.checkConnection({ connection, signal: new AbortController().signal });
    for (let round = 0; round < 5; round += 1)
      expect(await problemOf(ask())).toMatchObject({ type: 'zendesk-reconnect-needed' });
    expect((await refreshes()).granted).toBe(1);
    expect((await rowOf(subscriptionId)).status).toBe('connected');
  });

  it('S96: rests while Zendesk is away, says when to come back, and goes on with the same pair', async () => {
    await expire(subscriptionId);
    acme.faults.add({ match: '^POST /oauth/tokens', kind: 'status', status: 503 });
    const { tokens } = process();
    expect(await problemOf(tokens.get(connection))).toMatchObject({ type: 'zendesk-unavailable' });
    const others = await Promise.all(
      [process(), process()].map((one) => problemOf(one.tokens.get(connection))),
    );
    expect(others.map(({ type }) => type)).toEqual(['zendesk-unavailable', 'zendesk-unavailable']);
    acme.faults.clear();
    await sleep(restSeconds * 1_000 + 100);
    await tokens.get(connection);
    expect(await refreshes()).toEqual({ granted: 1, refused: 0 });
  });

  it('S96: an answer that got lost on the way means that a person has to reconnect, once told and then not asked again', async () => {
    await expire(subscriptionId);
    acme.faults.add({ match: '^POST /oauth/tokens', kind: 'cut', times: 1 });
    const parts = process();
    expect(await problemOf(parts.tokens.get(connection))).toMatchObject({ type: 'zendesk-unavailable' });
    await sleep(restSeconds * 1_000 + 100);
    for (let round = 0; round < 3; round += 1)
      expect(await problemOf(parts.tokens.get(connection))).toMatchObject({
        type: 'zendesk-reconnect-needed',
      });
    expect(await refreshes()).toEqual({ granted: 1, refused: 1 });
    expect(await rowOf(subscriptionId)).toMatchObject({
      status: 'reconnect-needed',
      last_error: 'invalid-grant',
    });
    const audit = await database.read({ subscriptionId }, (tx) =>
      tx
        .selectFrom('app.audit_event')
        .select(['actor_kind', 'outcome', 'facts'])
        .where('action', '=', 'zendesk.reconnect-needed')
        .execute(),
    );
    expect(audit).toEqual([{ actor_kind: 'system', outcome: 'failed', facts: { reason: 'invalid-grant' } }]);
    expect(await parts.ports.metrics.render()).toContain(
      'indesk_zendesk_authorization_total{event="reconnect-needed"} 1',
    );
    expect((await parts.settings.get(subscriptionId)).zendeskStatus).toBe('reconnect-needed');
  });

  it('S96: a database that is away for a moment costs no pair', async () => {
    await expire(subscriptionId);
    let failures = 0;
    const flaky: BookkeepingDatabase = {
      ...database,
      bookkeep: (call, work) => {
        failures += 1;
        // The lease is taken; the first two tries to store meet a database that does not answer.
        return failures === 2 || failures === 3
          ? Promise.reject(new ProblemError('database-unavailable'))
          : database.bookkeep(call, work);
      },
    };
    const token = await process({ database: flaky }).tokens.get(connection);
    expect(await process().tokens.get(connection)).toBe(token);
    expect(await refreshes()).toEqual({ granted: 1, refused: 0 });
  });

  it('S96: a slow process that wakes up with the good pair stores it, although another has given up meanwhile', async () => {
    await expire(subscriptionId);
    const answered = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow = process({
      leaseSeconds: 1,
      around: (real) => ({
        ...real,
        refresh: async (...request) => {
          const pair = await real.refresh(...request);
          answered.resolve();
          await goOn.promise;
          return pair;
        },
      }),
    });
    const late = slow.tokens.get(connection);
    await answered.promise;
    expect(await problemOf(process({ leaseSeconds: 1 }).tokens.get(connection))).toMatchObject({
      type: 'zendesk-reconnect-needed',
    });
    goOn.resolve();
    const token = await late;
    expect(await rowOf(subscriptionId)).toMatchObject({ status: 'connected', version: '1' });
    expect(await process().tokens.get(connection)).toBe(token);
  });

  it('ends a new pair at Zendesk when the connection was deleted while it was on the way', async () => {
    await expire(subscriptionId);
    const live = async () => ((await control('oauth')) as { liveTokens: number }).liveTokens;
    const before = await live();
    const parts = process({
      around: (real) => ({
        ...real,
        refresh: async (...request) => {
          const pair = await real.refresh(...request);
          await database.bookkeep({ subscriptionId }, (tx) =>
            tx.deleteFrom('app.zendesk_connection').execute(),
          );
          return pair;
        },
      }),
    });
    expect(await problemOf(parts.tokens.get(connection))).toMatchObject({ type: 'zendesk-not-connected' });
    expect(await live()).toBe(before - 1);
  });

  it.each([
    [{ id: 'zdg-indesk', secret: 'changed' }, 'zendesk-unavailable', 'connected'],
    [{ id: 'zdg-replaced', secret: 'x' }, 'zendesk-reconnect-needed', 'reconnect-needed'],
    [undefined, 'zendesk-reconnect-needed', 'reconnect-needed'],
  ])('with the operator’s client %j answers %s and stays %s', async (globalClient, type, status) => {
    await expire(subscriptionId);
    const { clients } = process();
    const changed = process({ clients: { ...clients, globalClient } });
    expect(await problemOf(changed.tokens.get(connection))).toMatchObject({ type });
    expect((await rowOf(subscriptionId)).status).toBe(status);
  });

  it('S135: an access that cannot be opened is renewed while the refresh token opens, else a person has to reconnect, and can', async () => {
    const foreign = await connectAcme(process(), database, secretBox);
    const { access_token: otherAccess, refresh_token: otherRefresh } = await rowOf(foreign.subscriptionId);
    // What a data key of another subscription sealed does not open here.
    const damage = (column: string, value: string | null) =>
      database.bookkeep({ subscriptionId }, async (tx) => {
        const own = await tx
          .selectFrom('app.zendesk_connection')
          .select('access_token')
          .executeTakeFirstOrThrow();
        const sealed = `${own.access_token?.slice(0, 23)}${value?.slice(23)}`;
        await tx
          .updateTable('app.zendesk_connection')
          .set({ [column]: sealed })
          .execute();
      });
    const list = async () => {
      const { ports, clients } = process();
      // There is no provider whose address could be asked for.
      return (await listIntegrations({ subscriptionId, ports } as never, clients)).zendesk;
    };
    await damage('access_token', otherAccess);
    expect(await list()).toMatchObject({ status: 'connected', lastError: null });
    await process().tokens.get(connection);
    expect(await refreshes()).toEqual({ granted: 1, refused: 0 });
    await damage('access_token', otherAccess);
    await damage('refresh_token', otherRefresh);
    expect(await list()).toMatchObject({ status: 'reconnect-needed', lastError: 'cannot-be-opened' });
    const parts = process();
    for (let round = 0; round < 2; round += 1)
      expect(await problemOf(parts.tokens.get(connection))).toMatchObject({
        type: 'zendesk-reconnect-needed',
        detail: 'The stored access to Zendesk cannot be opened with the keys of this server',
      });
    expect(await rowOf(subscriptionId)).toMatchObject({
      status: 'reconnect-needed',
      last_error: 'cannot-be-opened',
    });
    expect(await refreshes()).toEqual({ granted: 1, refused: 0 });
    await authorizeAcme(parts, { subscriptionId, accountId: null, sessionId: null });
    expect(await list()).toMatchObject({ status: 'connected', lastError: null });
    await process().tokens.get(connection);
  });

  it('is not connected for a subscription without the row, or with client credentials', async () => {
    const { tokens } = process();
    expect(await problemOf(tokens.get({ ...connection, subscriptionId: randomUUID() }))).toMatchObject({
      type: 'zendesk-not-connected',
    });
  });
});
