import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { serveWork } from '../support/database-over-http.ts';
import { engines } from '../support/database.ts';
import { startPostgresCluster, type PostgresCluster } from '../support/postgres-cluster.ts';

const available = engines.some((engine) => engine.name === 'postgres' && engine.available);
const unavailable = { name: 'ProblemError', type: 'database-unavailable' };

describe.skipIf(!available)('PostgreSQL that fails', () => {
  let cluster: PostgresCluster;
  let database: BookkeepingDatabase;
  let call: TestCall;
  const appPassword = "it's a pass/word @:?";
  const app = () => {
    const admin = connectionStringFor(cluster.adminConnectionString, 'indesk');
    return admin.replace(/\/\/[^@]*@/, `//app_rw:${encodeURIComponent(appPassword)}@`);
  };

  beforeAll(async () => {
    expect(inject('postgres').reason).toBeUndefined();
    cluster = await startPostgresCluster();
    // Twice, because an operator may run it again.
    for (let run = 0; run < 2; run += 1)
      await setUpRoles(cluster.adminConnectionString, { database: 'indesk', appPassword });
    const owner = await openOwnerSession(connectionStringFor(cluster.adminConnectionString, 'indesk'));
    await owner.execute(
      `create role migrator login password 'm' in role app_owner, app_lookup, app_maint, app_audit`,
    );
    await owner.close();
    const ownerConnectionString = connectionStringFor(cluster.adminConnectionString, 'indesk').replace(
      /\/\/[^@]*@/,
      '//migrator:m@',
    );
    database = await openPostgres({ connectionString: app(), ownerConnectionString });
    call = await newSubscription(database);
  });
  afterAll(async () => {
    await database?.close();
    await cluster?.remove();
  });
  const ping = () => database.read(call, (tx) => sql`select 1`.execute(tx));

  test('S62: refuses to start as a superuser, as owner, with a wrong password, or before the migrations', async () => {
    const admin = connectionStringFor(cluster.adminConnectionString, 'indesk');
    await expect(openPostgres({ connectionString: admin })).rejects.toThrow('the login must be app_rw');
    await expect(
      openPostgres({ connectionString: admin.replace(/\/\/[^@]*@/, '//migrator:m@') }),
    ).rejects.toThrow('may become, app_owner');
    const wrong = await openPostgres({
      connectionString: admin.replace(/\/\/[^@]*@/, '//app_rw:secret-9@'),
    }).catch((error: unknown) => String(error));
    expect(wrong).toContain('28P01');
    expect(wrong).not.toContain('secret-9');
    await setUpRoles(cluster.adminConnectionString, { database: 'empty', appPassword });
    await expect(openPostgres({ connectionString: connectionStringFor(app(), 'empty') })).rejects.toThrow(
      'migrations have not been applied',
    );
  });

  test('S62: refuses to start when app_rw was made stronger', async () => {
    const owner = await openOwnerSession(connectionStringFor(cluster.adminConnectionString, 'indesk'));
    for (const [change, undo] of [
      ['alter role app_rw bypassrls', 'alter role app_rw nobypassrls'],
      ['grant app_maint to app_rw', 'revoke app_maint from app_rw'],
      ['alter role app_rw superuser', 'alter role app_rw nosuperuser'],
      ['alter role app_rw reset statement_timeout', `alter role app_rw set statement_timeout = '5s'`],
      [
        'create policy loose on app.receipt for select to public using (true)',
        'drop policy loose on app.receipt',
      ],
      ['create table app.open (x int)', 'drop table app.open'],
      ['alter table app.receipt owner to app_rw', 'alter table app.receipt owner to app_owner'],
    ] as const) {
      await owner.execute(change);
      await expect(openPostgres({ connectionString: app() }), change).rejects.toThrow('not safe to use');
      await owner.execute(undo);
    }
    await owner.close();
    await (await openPostgres({ connectionString: app() })).close();
  });

  test('R6: a statement that takes too long ends as unavailable, and the connection serves on', async () => {
    const startedAt = performance.now();
    await expect(database.read(call, (tx) => sql`select pg_sleep(20)`.execute(tx))).rejects.toMatchObject(
      unavailable,
    );
    expect(performance.now() - startedAt).toBeLessThan(6_500);
    await ping();
  });

  test('R6: a lock that is not granted ends as unavailable after about a second', async () => {
    const held = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const update = sql`update app.subscription set plan = plan`;
    const holder = database.bookkeep(call, async (tx) => {
      await update.execute(tx);
      locked.resolve();
      await held.promise;
    });
    await locked.promise;
    const startedAt = performance.now();
    await expect(database.bookkeep(call, (tx) => update.execute(tx))).rejects.toMatchObject(unavailable);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    held.resolve();
    await holder;
  });

  test('R6: while ten slow statements hold the pool, callers get a 503 within two and a half seconds', async () => {
    const slow = Array.from({ length: 10 }, () =>
      database.read(call, (tx) => sql`select pg_sleep(4)`.execute(tx)),
    );
    const served = serveWork(ping);
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => served.ask()));
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    for (const answer of answers) expect(answer).toMatchObject({ status: 503, retryAfter: '2' });
    await Promise.all(slow);
    expect(await served.ask()).toMatchObject({ status: 200 });
    await served.close();
  });

  test('S63: the program sets no session setting and leaves no connection inside a subscription', async () => {
    const admin = await openOwnerSession(connectionStringFor(cluster.adminConnectionString, 'indesk'));
    await admin.execute(`alter role app_rw set log_statement = 'all'`);
    const logged = (await cluster.log()).length;
    const watched = await openPostgres({ connectionString: app(), maxConnections: 1 });
    await watched.write(call, testDecision, (tx) => sql`select 1`.execute(tx));
    const pool = await watched.lookup(async (lookups) => lookups.subscriptionIds());
    expect(pool).toContain(call.subscriptionId);
    // A look-up enters nothing, on the connection that a subscription has just used.
    const stolen = watched.lookup(async (lookups) =>
      lookups.createSubscription({ id: call.subscriptionId, name: 'again', plan: 'team' }),
    );
    await expect(stolen).rejects.toMatchObject({ type: 'conflict' });
    await watched.close();
    await admin.execute('alter role app_rw reset log_statement');
    await admin.close();
    const statements = (await cluster.log()).slice(logged);
    expect(statements).toContain(`begin; select app.enter('${call.subscriptionId}')`);
    expect(statements).not.toMatch(/set_config|\bset\s+(session|local)?\s*app\./i);
  });

  test('S75: the server logs what it refused without the values', async () => {
    const logged = (await cluster.log()).length;
    const twice = database.write(call, testDecision, (tx) =>
      sql`insert into app.feature_setting (subscription_id, feature, enabled)
        select ${call.subscriptionId}::uuid, ${'canary-77120'}, true from generate_series(1, 2)`.execute(tx),
    );
    await expect(twice).rejects.toMatchObject({ sqlState: '23505' });
    const log = (await cluster.log()).slice(logged);
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('canary-77120');
    expect(log).not.toContain('DETAIL');
  });

  test('a killed connection fails its transaction only', async () => {
    const own = await newSubscription(database);
    const killing = database.write(own, testDecision, (tx) =>
      sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx),
    );
    await expect(killing).rejects.toMatchObject(unavailable);
    await ping();
    const { count } = await database.read(own, (tx) =>
      tx.selectFrom('app.audit_event').select(tx.fn.countAll().as('count')).executeTakeFirstOrThrow(),
    );
    expect(count).toBe('0');
  });

  test('R5: a crash of the server under load ends in 503, doubles and loses nothing, and is over within five seconds', async () => {
    const under = await newSubscription(database);
    const acknowledged = new Set<string>();
    const unknown = new Set<string>();
    let isLoading = true;
    const writer = async (number: number) => {
      for (let count = 0; isLoading; count += 1) {
        const feature = `w${number}-${count}`;
        const served = serveWork(() =>
          database.write(under, testDecision, (tx) =>
            sql`insert into app.feature_setting (subscription_id, feature, enabled)
              values (${under.subscriptionId}, ${feature}, true)`.execute(tx),
          ),
        );
        const { status, retryAfter } = await served.ask();
        await served.close();
        if (status === 200) acknowledged.add(feature);
        else {
          unknown.add(feature);
          expect([status, retryAfter]).toEqual([503, '2']);
        }
      }
    };
    const writers = Promise.all(Array.from({ length: 12 }, (_, number) => writer(number)));
    await sleep(500);
    await cluster.stop('immediate');
    await expect(ping()).rejects.toMatchObject(unavailable);
    expect(await database.ready()).toBe(false);
    const before = acknowledged.size;
    await cluster.start();
    const startedAt = performance.now();
    while (acknowledged.size === before) {
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      await sleep(20);
    }
    isLoading = false;
    await writers;
    expect(unknown.size).toBeGreaterThan(0);
    expect(before).toBeGreaterThan(10);
    const { rows, events } = await database.read(under, async (tx) => ({
      rows: await tx.selectFrom('app.feature_setting').select('feature').execute(),
      events: await tx.selectFrom('app.audit_event').select('sequence').execute(),
    }));
    const kept = rows.map((row) => row.feature);
    expect(new Set(kept).size).toBe(kept.length);
    expect([...acknowledged].filter((feature) => !kept.includes(feature))).toEqual([]);
    expect(kept.filter((feature) => !acknowledged.has(feature) && !unknown.has(feature))).toEqual([]);
    expect(events).toHaveLength(kept.length);
    expect(await database.ready()).toBe(true);
  });
});
