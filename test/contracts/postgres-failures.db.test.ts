import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
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

  test('refuses to start as a superuser, as owner, with a wrong password, or before the migrations', async () => {
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

  test('refuses to start when app_rw was made stronger', async () => {
    const owner = await openOwnerSession(connectionStringFor(cluster.adminConnectionString, 'indesk'));
    for (const [change, undo] of [
      ['alter role app_rw bypassrls', 'alter role app_rw nobypassrls'],
      ['grant app_maint to app_rw', 'revoke app_maint from app_rw'],
      [
        'grant execute on function set_config(text, text, boolean) to app_rw',
        'revoke execute on function set_config(text, text, boolean) from app_rw',
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

  test('a statement that takes too long ends as unavailable, and the connection serves on', async () => {
    const startedAt = performance.now();
    await expect(database.read(call, (tx) => sql`select pg_sleep(20)`.execute(tx))).rejects.toMatchObject(
      unavailable,
    );
    expect(performance.now() - startedAt).toBeLessThan(6_500);
    await ping();
  });

  test('a lock that is not granted ends as unavailable after about a second', async () => {
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

  test('an exhausted pool answers unavailable within two and a half seconds', async () => {
    const small = await openPostgres({ connectionString: app(), maxConnections: 1 });
    const held = Promise.withResolvers<void>();
    const holder = small.bookkeep(call, () => held.promise);
    const startedAt = performance.now();
    await expect(small.read(call, (tx) => sql`select 1`.execute(tx))).rejects.toMatchObject(unavailable);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    held.resolve();
    await holder;
    await small.close();
  });

  test('a killed connection fails its transaction only', async () => {
    const killing = database.write(call, testDecision, (tx) =>
      sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx),
    );
    await expect(killing).rejects.toMatchObject(unavailable);
    await ping();
    const { count } = await database.read(call, (tx) =>
      tx.selectFrom('app.audit_event').select(tx.fn.countAll().as('count')).executeTakeFirstOrThrow(),
    );
    expect(count).toBe('0');
  });

  test('survives a server that is gone and recovers within five seconds of its return', async () => {
    await Promise.all(Array.from({ length: 5 }, ping));
    await cluster.stop('immediate');
    await expect(ping()).rejects.toMatchObject(unavailable);
    expect(await database.ready()).toBe(false);
    await cluster.start();
    const startedAt = performance.now();
    for (;;) {
      const isBack = await ping().then(
        () => true,
        () => false,
      );
      if (isBack) break;
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      await sleep(50);
    }
    expect(await database.ready()).toBe(true);
  });
});
