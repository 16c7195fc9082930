import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { newSubscription, testDecision } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { startPostgresCluster, type PostgresCluster } from '../support/postgres-cluster.ts';

const run = promisify(execFile);
const available = engines.some((engine) => engine.name === 'postgres' && engine.available);
const passwords = { appPassword: 'app_rw-71', backupPassword: 'app_backup-72 ä' };

describe.skipIf(!available)('the roles of the program in PostgreSQL', () => {
  let cluster: PostgresCluster;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'indesk-dump-'));

  beforeAll(async () => {
    expect(inject('postgres').reason).toBeUndefined();
    cluster = await startPostgresCluster({ settings: [`log_statement = 'all'`] });
  });
  afterAll(async () => {
    await cluster?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const address = (database: string, login = 'postgres', password = '') => {
    const admin = connectionStringFor(cluster.adminConnectionString, database);
    return login === 'postgres'
      ? admin
      : admin.replace(/\/\/[^@]*@/, `//${login}:${encodeURIComponent(password)}@`);
  };
  const asAdmin = async (database: string, ...statements: readonly string[]) => {
    const session = await openOwnerSession(address(database));
    for (const statement of statements) await session.execute(statement);
    await session.close();
  };
  const dump = (database: string, login: string, password: string, file: string) =>
    run(
      path.join(cluster.binaries, 'pg_dump'),
      ['-h', cluster.directory, '-U', login, '-d', database, '-Fc', '-f', file],
      { env: { PGPASSWORD: password, PATH: process.env['PATH'] ?? '' } },
    ).then(
      () => 'done',
      (error: unknown) => String(error),
    );

  it('S68: a dump by app_backup restores every row of every subscription, and one by app_rw fails', async () => {
    await setUpRoles(cluster.adminConnectionString, { database: 'indesk', ...passwords });
    const database = await openPostgres({
      connectionString: address('indesk', 'app_rw', passwords.appPassword),
      ownerConnectionString: address('indesk'),
    });
    for (let count = 0; count < 3; count += 1) {
      const call = await newSubscription(database);
      await database.write(call, testDecision, (tx) =>
        sql`insert into app.feature_setting (subscription_id, feature, enabled)
          values (${call.subscriptionId}, 'summary', true)`.execute(tx),
      );
    }
    await database.close();

    const file = path.join(folder, 'dump');
    const refused = await dump('indesk', 'app_rw', passwords.appPassword, file);
    expect(refused).toMatch(/permission denied|row-level security/);
    expect(await dump('indesk', 'app_backup', passwords.backupPassword, file)).toBe('done');
    await asAdmin('postgres', 'create database restored');
    const superuser = new URL(cluster.adminConnectionString.replace('@/', '@localhost/'));
    await run(
      path.join(cluster.binaries, 'pg_restore'),
      ['-h', cluster.directory, '-U', 'postgres', '-d', 'restored', '--exit-on-error', file],
      { env: { PGPASSWORD: superuser.password, PATH: process.env['PATH'] ?? '' } },
    );
    const countsIn = async (name: string) => {
      const session = await openOwnerSession(address(name));
      const tables = await session.query(
        `select relname::text as name from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r' order by 1`,
      );
      const counts: string[] = [];
      for (const table of tables) {
        const rows = await session.query(`select count(*) as n from app.${String(table['name'])}`);
        counts.push(`${String(table['name'])} ${String(rows[0]?.['n'])}`);
      }
      await session.close();
      return counts;
    };
    const counts = await countsIn('indesk');
    expect(counts).toContain('feature_setting 3');
    expect(await countsIn('restored')).toEqual(counts);
    // What was restored still keeps the subscriptions apart, or the program would not start.
    const again = await openPostgres({
      connectionString: address('restored', 'app_rw', passwords.appPassword),
    });
    expect(await again.ready()).toBe(true);
    await again.close();
  });

  it('S68: app_backup changes nothing and becomes nobody else', async () => {
    const backup = await openOwnerSession(address('indesk', 'app_backup', passwords.backupPassword));
    expect(await backup.query('select * from app.feature_setting')).toHaveLength(3);
    for (const statement of [
      `delete from app.feature_setting`,
      `set default_transaction_read_only = off; delete from app.feature_setting`,
      `set default_transaction_read_only = off; create table app.x ()`,
      `select app.create_subscription(gen_random_uuid(), 'x', 'team')`,
      'set role app_rw',
      'set role app_owner',
    ])
      await expect(backup.execute(statement), statement).rejects.toThrow(/permission denied|read-only/);
    await backup.close();
  });

  it('a password never reaches the server or its log', async () => {
    const log = await cluster.log();
    expect(log).toContain('SCRAM-SHA-256$');
    for (const password of Object.values(passwords)) expect(log).not.toContain(password);
  });

  it('a login that is no superuser sets up all but what it names, and the subscriptions stay apart', async () => {
    await asAdmin(
      'postgres',
      'drop database indesk',
      'drop database restored',
      'drop role app_rw, app_lookup, app_maint, app_audit, app_backup, app_owner',
      `create role managed login createrole createdb password 'm'`,
      'create database managed owner managed',
    );
    // Offered by the service: the extension is not one that everybody may create.
    await asAdmin('managed', 'create extension vector');
    const managed = address('managed', 'managed', 'm');
    for (let time = 0; time < 2; time += 1)
      await setUpRoles(managed, { database: 'managed', appPassword: passwords.appPassword });
    const log = await cluster.log();
    for (const missing of ['BYPASSRLS', 'only a superuser can take set_config', 'log_error_verbosity'])
      expect(log).toContain(missing);
    const database = await openPostgres({
      connectionString: address('managed', 'app_rw', passwords.appPassword),
      ownerConnectionString: managed,
    });
    const file = path.join(folder, 'dump');
    expect(await dump('managed', 'app_rw', passwords.appPassword, file)).toContain('permission denied for');
    const own = await newSubscription(database);
    const other = await newSubscription(database);
    for (const call of [own, other])
      await database.write(call, testDecision, (tx) =>
        sql`insert into app.feature_setting (subscription_id, feature, enabled)
          values (${call.subscriptionId}, 'summary', true)`.execute(tx),
      );
    // Here the function may be called, and yet nothing is entered by it.
    const seen = (setting: string) =>
      database.bookkeep(own, async (tx) => {
        await sql`select set_config('app.subscription_id', ${setting}, true)`.execute(tx);
        return (await sql`select feature from app.feature_setting`.execute(tx)).rows;
      });
    for (const setting of [other.subscriptionId, '', `${other.subscriptionId} ${'0'.repeat(64)}`])
      expect(await seen(setting), setting).toEqual([]);
    const reentered = database.bookkeep(own, async (tx) => {
      await sql`select set_config('app.subscription_id', '', true)`.execute(tx);
      await sql`select app.enter(${other.subscriptionId}::uuid)`.execute(tx);
    });
    await expect(reentered).rejects.toMatchObject({ sqlState: '42501' });
    await database.close();
  });
});
