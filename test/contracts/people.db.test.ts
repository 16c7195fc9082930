import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeAccount } from '../../src/services/accounts/manage-people.ts';
import { engines } from '../support/database.ts';
import { openTwoConsoles, type TestConsole } from '../support/console.ts';

describe.for(engines.filter(({ available }) => available))('people and their sessions on $name', (engine) => {
  let one: TestConsole;
  let two: TestConsole;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ one, two, close } = await openTwoConsoles(engine));
  });
  afterAll(() => close?.());

  async function team() {
    const subscriptionId = await one.newSubscription();
    const admin = await one.newPerson(subscriptionId);
    const member = await one.newPerson(subscriptionId, { role: 'member' });
    return { subscriptionId, admin, member, browser: await one.signIn(admin.email) };
  }

  it('S81: people see their sessions and end one or all of them', async () => {
    const { member } = await team();
    const first = await one.signIn(member.email);
    const second = await one.signIn(member.email);
    const list = await one.send('GET', '/v1/account/sessions', { token: first.token });
    const { sessions } = list.json<{ sessions: { id: string; isThis: boolean; device: string }[] }>();
    expect(sessions).toHaveLength(2);
    expect(sessions.filter(({ isThis }) => isThis)).toHaveLength(1);
    const other = sessions.find(({ isThis }) => !isThis);
    const end = await one.send('DELETE', `/v1/account/sessions/${other?.id}`, { token: first.token });
    expect(end.statusCode).toBe(200);
    expect((await one.send('GET', '/v1/account', { token: second.token })).statusCode).toBe(401);
    expect((await one.send('POST', '/v1/auth/refresh', { cookie: second.cookie })).statusCode).toBe(401);
    const foreign = await one.send('DELETE', `/v1/account/sessions/${randomUUID()}`, { token: first.token });
    expect(foreign.statusCode).toBe(404);
    const all = await one.send('DELETE', '/v1/account/sessions', { token: first.token });
    expect(all.json()).toEqual({ ended: 1 });
    expect((await one.send('GET', '/v1/account', { token: first.token })).statusCode).toBe(401);
  });

  it('S81: nobody ends a session of somebody else by its number', async () => {
    const { admin, member } = await team();
    const victim = await one.signIn(admin.email);
    const attacker = await one.signIn(member.email);
    const list = await one.send('GET', '/v1/account/sessions', { token: victim.token });
    for (const { id } of list.json<{ sessions: { id: string }[] }>().sessions) {
      const response = await one.send('DELETE', `/v1/account/sessions/${id}`, { token: attacker.token });
      expect(response.statusCode).toBe(404);
    }
    expect((await one.send('GET', '/v1/account', { token: victim.token })).statusCode).toBe(200);
  });

  it('S81: an admin ends the sessions of others, and members may not', async () => {
    const { admin, member, browser } = await team();
    const theirs = await one.signIn(member.email);
    const refused = await one.send('DELETE', `/v1/people/${admin.id}/sessions`, { token: theirs.token });
    expect(refused.statusCode).toBe(403);
    const ended = await one.send('DELETE', `/v1/people/${member.id}/sessions`, { token: browser.token });
    expect(ended.json()).toEqual({ ended: 1 });
    expect((await one.send('GET', '/v1/account', { token: theirs.token })).statusCode).toBe(401);
  });

  it('lists people with masked addresses, and shows a whole one to an admin with an audit event', async () => {
    const { subscriptionId, member, browser } = await team();
    const list = await one.send('GET', '/v1/people', { token: browser.token });
    expect(list.body).not.toContain(member.email);
    const { people } = list.json<{ people: { id: string; email: string; role: string }[] }>();
    expect(people).toHaveLength(2);
    expect(people.find(({ id }) => id === member.id)).toMatchObject({
      email: `${member.email[0]}…@example.com`,
      role: 'member',
    });
    const shown = await one.send('POST', `/v1/people/${member.id}/email`, { token: browser.token });
    expect(shown.json()).toEqual({ email: member.email });
    const audit = await one.ports.database.read({ subscriptionId }, (tx) =>
      tx
        .selectFrom('app.audit_event')
        .select(['target', 'facts'])
        .where('action', '=', 'account.email-shown')
        .execute(),
    );
    expect(audit).toEqual([{ target: member.id, facts: {} }]);
    const theirs = await one.signIn(member.email);
    for (const [method, url] of [
      ['GET', '/v1/people'],
      ['POST', `/v1/people/${member.id}/email`],
    ] as const)
      expect((await one.send(method, url, { token: theirs.token })).statusCode).toBe(403);
  });

  it('keeps every address out of another subscription’s reach', async () => {
    const { browser } = await team();
    const { member: foreign } = await team();
    const { token } = browser;
    for (const [method, url, body] of [
      ['POST', `/v1/people/${foreign.id}/email`, {}],
      ['PUT', `/v1/people/${foreign.id}/role`, { role: 'admin' }],
      ['PUT', `/v1/people/${foreign.id}/status`, { enabled: false }],
      ['DELETE', `/v1/people/${foreign.id}`, {}],
    ] as const)
      expect((await one.send(method, url, { token, body })).statusCode, url).toBe(404);
    const ended = await one.send('DELETE', `/v1/people/${foreign.id}/sessions`, { token });
    expect(ended.json()).toEqual({ ended: 0 });
  });

  it('changes roles, disables, enables and removes; nobody becomes operator in a subscription', async () => {
    const { member, browser } = await team();
    const { token } = browser;
    const role = (value: string) =>
      one.send('PUT', `/v1/people/${member.id}/role`, { token, body: { role: value } });
    expect((await role('operator')).statusCode).toBe(400);
    expect((await role('admin')).statusCode).toBe(200);
    const theirs = await one.signIn(member.email);
    expect((await one.send('GET', '/v1/people', { token: theirs.token })).statusCode).toBe(200);
    const status = (enabled: boolean) =>
      one.send('PUT', `/v1/people/${member.id}/status`, { token, body: { enabled } });
    await status(false);
    await expect(one.signIn(member.email)).rejects.toThrow('401');
    await status(true);
    await one.signIn(member.email);
    expect((await one.send('DELETE', `/v1/people/${member.id}`, { token })).statusCode).toBe(200);
    await expect(one.signIn(member.email)).rejects.toThrow('401');
  });

  it('R36: of admins who all remove one another at once, one remains', async () => {
    const { subscriptionId, admin } = await team();
    const others = await Promise.all(Array.from({ length: 5 }, () => one.newPerson(subscriptionId)));
    const admins = [admin, ...others];
    const settled = await Promise.allSettled(
      admins.map(({ id }, at) => {
        const process = at % 2 === 0 ? one : two;
        return removeAccount(process.call(subscriptionId), process.sessions, id);
      }),
    );
    const refused = settled.filter((each) => each.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({ type: 'last-admin' });
  });

  it('P17: nobody is removed under a legal hold, which the log says; disabling still works', async () => {
    const { subscriptionId, member, browser } = await team();
    const { database } = one.ports;
    const hold = (since: string) =>
      database.bookkeep({ subscriptionId }, (tx) =>
        sql.raw(`update app.subscription set held_since = ${since}`).execute(tx),
      );
    const remove = () => one.send('DELETE', `/v1/people/${member.id}`, { token: browser.token });
    await hold('now()');
    const refused = await remove();
    expect([refused.statusCode, refused.json<{ type: string }>().type]).toEqual([
      409,
      '/problems/subscription-held',
    ]);
    const audit = await database.read({ subscriptionId }, (tx) =>
      tx.selectFrom('app.audit_event').select(['action', 'outcome', 'facts']).orderBy('sequence').execute(),
    );
    expect(audit.map(({ action }) => action)).not.toContain('account.removed');
    expect(audit.at(-1)).toEqual({
      action: 'subscription.hold-respected',
      outcome: 'refused',
      facts: { what: 'account-removal' },
    });
    const disabled = await one.send('PUT', `/v1/people/${member.id}/status`, {
      token: browser.token,
      body: { enabled: false },
    });
    expect(disabled.statusCode).toBe(200);
    await hold('null');
    expect((await remove()).statusCode).toBe(200);
  });

  it('S54: nothing of a removed person is left in any table that names accounts', async () => {
    const { subscriptionId, member, browser } = await team();
    await one.signIn(member.email);
    const { database } = one.ports;
    const own = `app.subscription(), '${member.id}'`;
    const hash = randomBytes(32).toString('hex');
    for (const statement of [
      `insert into app.second_factor (subscription_id, account_id) values (${own})`,
      `insert into app.recovery_code (subscription_id, account_id, code_hash) values (${own}, '${hash}')`,
      `insert into app.sign_in_challenge (subscription_id, account_id, id, token_hash, expires_at)
        values (${own}, '${member.id}', '${hash}', now())`,
      `insert into app.one_time_link (subscription_id, account_id, id, kind, expires_at)
        values (${own}, '${member.id}', 'reset', now())`,
    ])
      await database.bookkeep({ subscriptionId }, (tx) => sql.raw(statement).execute(tx));
    const left = () =>
      database.read({ subscriptionId }, async (tx) => {
        const tables = await sql<{
          name: string;
        }>`select table_name::text as name from information_schema.columns
          where table_schema = 'app' and column_name = 'account_id'`.execute(tx);
        const found: string[] = [];
        for (const { name } of tables.rows) {
          const rows =
            await sql`select 1 from ${sql.table(`app.${name}`)} where account_id = ${member.id}`.execute(tx);
          if (rows.rows.length > 0) found.push(name);
        }
        return found.sort();
      });
    expect(await left()).toEqual(
      expect.arrayContaining([
        'console_session',
        'one_time_link',
        'recovery_code',
        'second_factor',
        'sign_in_challenge',
      ]),
    );
    const removed = await one.send('DELETE', `/v1/people/${member.id}`, { token: browser.token });
    expect(removed.statusCode).toBe(200);
    expect(await left()).toEqual([]);
  });

  it('keeps the last admin from stepping down, being disabled and being removed', async () => {
    const { admin, browser } = await team();
    const { token } = browser;
    for (const [method, url, body] of [
      ['PUT', `/v1/people/${admin.id}/role`, { role: 'member' }],
      ['PUT', `/v1/people/${admin.id}/status`, { enabled: false }],
      ['DELETE', `/v1/people/${admin.id}`, {}],
    ] as const) {
      const response = await one.send(method, url, { token, body });
      expect(response.json()).toMatchObject({ status: 409, type: '/problems/last-admin' });
    }
    expect((await one.send('GET', '/v1/account', { token })).statusCode).toBe(200);
  });
});
