import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProblemError } from '../../src/kernel/problem-error.ts';
import type { IssuedSession } from '../../src/services/sessions/console-sessions.ts';
import { engines } from '../support/database.ts';
import { cookieOf, goodPassword, openTwoConsoles, type TestConsole } from '../support/console.ts';

const parallel = 50;
/** How often S77 is tried; REFRESH_ROUNDS=1000 for the whole. */
const rounds = Number(process.env['REFRESH_ROUNDS'] ?? 3);

const problemOf = (settled: PromiseSettledResult<unknown>): string | undefined =>
  settled.status === 'rejected' && settled.reason instanceof ProblemError ? settled.reason.type : undefined;

describe.for(engines.filter(({ available }) => available))('sessions of the console on $name', (engine) => {
  let one: TestConsole;
  let two: TestConsole;
  let close: () => Promise<void>;
  let subscriptionId: string;
  beforeAll(async () => {
    ({ one, two, close } = await openTwoConsoles(engine));
    subscriptionId = await one.newSubscription();
  });
  afterAll(() => close?.());

  const rawTokenOf = (cookie: string): string => cookie.slice(cookie.indexOf('=') + 1);
  const refresh = (token: string, on: TestConsole = one): Promise<IssuedSession> =>
    on.sessions.refresh('test-request', token);
  const refused = (token: string, on: TestConsole = one) =>
    expect(refresh(token, on)).rejects.toMatchObject({ type: 'console-sign-in-needed' });
  const statusOf = async (token: string, on: TestConsole = one): Promise<number> =>
    (await on.send('GET', '/v1/account/sessions', { token })).statusCode;
  const change = (tenant: string, statement: string) =>
    one.ports.database.bookkeep({ subscriptionId: tenant }, (tx) => sql.raw(statement).execute(tx));
  const auditOf = async (tenant: string, action: string): Promise<number> =>
    one.ports.database.read({ subscriptionId: tenant }, async (tx) => {
      const rows = await tx
        .selectFrom('app.audit_event')
        .select('sequence')
        .where('action', '=', action)
        .execute();
      return rows.length;
    });
  async function signedIn(tenant = subscriptionId) {
    const person = await one.newPerson(tenant);
    const browser = await one.signIn(person.email);
    return { ...person, ...browser, refreshToken: rawTokenOf(browser.cookie) };
  }

  it(`S77: ${parallel} parallel refreshes of one token over two processes leave one session alive`, async () => {
    let { refreshToken } = await signedIn();
    for (let round = 0; round < rounds; round += 1) {
      const settled = await Promise.allSettled(
        Array.from({ length: parallel }, (_, at) => refresh(refreshToken, at % 2 === 0 ? one : two)),
      );
      const won = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(won.length).toBeGreaterThanOrEqual(1);
      expect(won.length).toBeLessThanOrEqual(3);
      expect(new Set(settled.map(problemOf).filter((type) => type !== undefined))).toEqual(
        new Set(['conflict']),
      );
      refreshToken = won.at(round % won.length)?.refreshToken ?? '';
    }
    const last = await refresh(refreshToken, two);
    expect(await statusOf(last.accessToken)).toBe(200);
    expect(await auditOf(subscriptionId, 'auth.refresh_reuse')).toBe(0);
  }, 2_000_000);

  it('S78: a token used again after its successor ends the whole family, within the grace time and after it', async () => {
    for (const late of [false, true]) {
      const tenant = await one.newSubscription();
      const { refreshToken: first } = await signedIn(tenant);
      const second = await refresh(first);
      const third = await refresh(second.refreshToken, two);
      if (late)
        await change(tenant, `update app.refresh_token set used_at = used_at - interval '11 seconds'`);
      await refused(first);
      await refused(third.refreshToken);
      await refused(third.refreshToken, two);
      expect(await auditOf(tenant, 'auth.refresh_reuse')).toBe(1);
    }
  });

  it('S78: the token before the newest is refused once the newest was used', async () => {
    const tenant = await one.newSubscription();
    const { refreshToken: first } = await signedIn(tenant);
    const second = await refresh(first);
    const third = await refresh(second.refreshToken);
    const fourth = await refresh(third.refreshToken);
    await refused(second.refreshToken);
    await refused(fourth.refreshToken);
    expect(await auditOf(tenant, 'auth.refresh_reuse')).toBe(1);
  });

  it('S78: a token used again after ten seconds ends the family even where its successor was never used', async () => {
    const tenant = await one.newSubscription();
    const { refreshToken: first } = await signedIn(tenant);
    const second = await refresh(first);
    await change(tenant, `update app.refresh_token set used_at = used_at - interval '11 seconds'`);
    await refused(first);
    await refused(second.refreshToken);
  });

  it('S78: of tokens given out twice the others die with the first use', async () => {
    const tenant = await one.newSubscription();
    const { refreshToken: first } = await signedIn(tenant);
    const second = await refresh(first);
    const sibling = await refresh(first);
    await refresh(sibling.refreshToken);
    await refused(second.refreshToken);
    expect(await auditOf(tenant, 'auth.refresh_reuse')).toBe(1);
  });

  it('S78: many replays at once end the family once', async () => {
    const tenant = await one.newSubscription();
    const { refreshToken: first } = await signedIn(tenant);
    await refresh((await refresh(first)).refreshToken);
    await Promise.allSettled(Array.from({ length: 20 }, (_, at) => refresh(first, at % 2 === 0 ? one : two)));
    expect(await auditOf(tenant, 'auth.refresh_reuse')).toBe(1);
  });

  it('S79: a client that never got the answer asks again within the grace time and goes on', async () => {
    const { refreshToken: first } = await signedIn();
    await refresh(first);
    const retried = await refresh(first, two);
    const next = await refresh(retried.refreshToken);
    expect(await statusOf(next.accessToken, two)).toBe(200);
  });

  it('S82: signing in and a fresh proof begin sessions with new ids, and the one before ends', async () => {
    const { id, email, token, cookie, refreshToken } = await signedIn();
    const sidOf = (jwt: string): string =>
      (JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as { sid: string }).sid;
    const response = await one.send('POST', '/v1/auth/sign-in', {
      cookie,
      body: { email, password: goodPassword },
    });
    const again = response.json<{ accessToken: string }>().accessToken;
    expect(sidOf(again)).not.toBe(sidOf(token));
    expect(await statusOf(token)).toBe(401);
    await refused(refreshToken);
    const opening = one.sessions.opening(
      { subscriptionId, requestId: 'test-request' },
      { id, role: 'admin' },
      { device: 'Other', replaces: sidOf(again) },
    );
    await one.ports.database.write(
      one.call(subscriptionId),
      { permission: 'account:self', audit: { action: 'auth.proven' } },
      (tx) => opening.store(tx),
    );
    const proven = await opening.issue();
    expect(proven.sessionId).not.toBe(sidOf(again));
    expect(await statusOf(proven.accessToken)).toBe(200);
    expect(await statusOf(again)).toBe(401);
    await refused(rawTokenOf(cookieOf(response, 'rt')));
  });

  it('ends a session after thirty idle minutes, and after twelve hours whatever happens', async () => {
    for (const column of ['idle_expires_at', 'absolute_expires_at']) {
      const tenant = await one.newSubscription();
      const { token } = await signedIn(tenant);
      await change(tenant, `update app.console_session set ${column} = now() - interval '1 second'`);
      expect(await statusOf(token)).toBe(401);
    }
    const tenant = await one.newSubscription();
    const { refreshToken } = await signedIn(tenant);
    const row = await one.ports.database.read({ subscriptionId: tenant }, (tx) =>
      tx
        .selectFrom('app.console_session')
        .select([
          sql<number>`extract(epoch from idle_expires_at - created_at)::int`.as('idle'),
          sql<number>`extract(epoch from absolute_expires_at - created_at)::int`.as('absolute'),
        ])
        .executeTakeFirstOrThrow(),
    );
    expect(row).toEqual({ idle: 30 * 60, absolute: 12 * 60 * 60 });
    // A refresh never prolongs past the twelve hours.
    await change(tenant, `update app.refresh_token set absolute_expires_at = now() + interval '1 minute'`);
    await refresh(refreshToken);
    const [session] = await one.ports.database.read({ subscriptionId: tenant }, (tx) =>
      tx
        .selectFrom('app.console_session')
        .select(sql<boolean>`idle_expires_at < now() + interval '61 seconds'`.as('short'))
        .execute(),
    );
    expect(session?.short).toBe(true);
    await change(
      tenant,
      `update app.refresh_token set expires_at = now() - interval '1 second' where used_at is null`,
    );
    expect(await auditOf(tenant, 'auth.refresh_reuse')).toBe(0);
  });

  it('refuses an expired token without calling it stolen', async () => {
    const tenant = await one.newSubscription();
    const { refreshToken } = await signedIn(tenant);
    await change(tenant, `update app.refresh_token set expires_at = now() - interval '1 second'`);
    await refused(refreshToken);
    expect(await auditOf(tenant, 'auth.refresh_reuse')).toBe(0);
  });

  it('refuses tokens nobody gave out', async () => {
    for (const token of ['', 'x', 'A'.repeat(43), `${'A'.repeat(43)}'; select 1`]) await refused(token);
  });

  it('S25: refresh tokens stay 29 days after they expired and are gone an hour after the 30th', async () => {
    const tenant = await one.newSubscription();
    await signedIn(tenant);
    await signedIn(tenant);
    const { refreshToken } = await signedIn(tenant);
    const count = () =>
      one.ports.database.read({ subscriptionId: tenant }, (tx) =>
        tx.selectFrom('app.refresh_token').select('id').execute(),
      );
    const purge = async () =>
      (await one.ports.database.lookup((lookups) => lookups.sweep('refresh_token', 1_000))).reduce(
        (sum, { rows }) => sum + rows,
        0,
      );
    const [first, second] = await count();
    await change(
      tenant,
      `update app.refresh_token set expires_at = now() - interval '29 days' where id = '${first?.id}'`,
    );
    await change(
      tenant,
      `update app.refresh_token set expires_at = now() - interval '30 days 1 hour' where id = '${second?.id}'`,
    );
    expect(await purge()).toBe(1);
    expect((await count()).map(({ id }) => id)).not.toContain(second?.id);
    expect(await count()).toHaveLength(2);
    await refresh(refreshToken);
    // A legal hold keeps what is stored.
    await change(tenant, `update app.refresh_token set expires_at = now() - interval '31 days'`);
    await change(tenant, `update app.subscription set held_since = now() where id = '${tenant}'`);
    expect(await purge()).toBe(0);
    await change(tenant, `update app.subscription set held_since = null where id = '${tenant}'`);
    expect(await purge()).toBe(3);
  });
});
