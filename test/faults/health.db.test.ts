import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, migrationsDirectory, readMigrations } from '../../src/adapters/sql/migrate.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { engines } from '../support/database.ts';
import { startPostgresCluster, type PostgresCluster } from '../support/postgres-cluster.ts';
import { openReplicas, type Replicas } from '../support/replicas.ts';

const available = engines.some(({ name, available: is }) => name === 'postgres' && is);
const appPassword = 'test-password';

describe.skipIf(!available)('health while PostgreSQL fails', () => {
  let cluster: PostgresCluster;
  let admin: string;
  let house: Replicas;

  beforeAll(async () => {
    cluster = await startPostgresCluster();
    await setUpRoles(cluster.adminConnectionString, { database: 'indesk', appPassword });
    admin = connectionStringFor(cluster.adminConnectionString, 'indesk');
    const session = await openOwnerSession(admin);
    await migrate(session, await readMigrations([migrationsDirectory]));
    await session.close();
    house = await openReplicas({
      count: 1,
      databaseUrl: admin.replace(/\/\/[^@]*@/, `//app_rw:${appPassword}@`),
    });
  });
  afterAll(async () => {
    await house?.close();
    await cluster?.remove();
  });

  const ask = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
    const response = await fetch(`${house.replicas[0]?.url}${path}`, { signal: AbortSignal.timeout(10_000) });
    return { status: response.status, text: await response.text() };
  };
  const becomes = async (status: number): Promise<number> => {
    const startedAt = performance.now();
    while ((await ask('/readyz')).status !== status) {
      if (performance.now() - startedAt > 15_000) throw new Error(`/readyz does not become ${status}`);
      await sleep(50);
    }
    return performance.now() - startedAt;
  };

  it('R27: says all is well, in words that tell nothing', async () => {
    for (const path of ['/livez', '/readyz', '/startupz'])
      expect(await ask(path)).toEqual({ status: 200, text: '{"status":"ok"}' });
  });

  it.each(['fast', 'immediate'] as const)(
    'R27: is unready within five seconds of a database that stops (%s), alive all the time, and ready after it',
    async (mode) => {
      await cluster.stop(mode);
      const unreadyAfter = becomes(503);
      expect((await ask('/livez')).status).toBe(200);
      expect(await unreadyAfter).toBeLessThan(5_000);
      expect(await ask('/readyz')).toEqual({ status: 503, text: '{"status":"unready"}' });
      expect(await ask('/livez')).toEqual({ status: 200, text: '{"status":"ok"}' });
      expect((await ask('/startupz')).status).toBe(200);
      await cluster.start();
      expect(await becomes(200)).toBeLessThan(5_000);
    },
  );

  it('R27: is unready within five seconds when the tables it looks at are locked', async () => {
    const session = await openOwnerSession(admin);
    await session.execute('begin; lock table app_meta.schema_migration in access exclusive mode');
    try {
      expect(await becomes(503)).toBeLessThan(5_000);
      expect((await ask('/livez')).status).toBe(200);
    } finally {
      await session.execute('rollback');
      await session.close();
    }
    await becomes(200);
  });

  it('R27: is unready when the database is not at the migrations of this version', async () => {
    const session = await openOwnerSession(admin);
    await session.execute(
      `insert into app_meta.schema_migration (name, checksum) values ('9999_later.sql', 'x')`,
    );
    expect(await becomes(503)).toBeLessThan(5_000);
    await session.execute(`delete from app_meta.schema_migration where name = '9999_later.sql'`);
    await session.close();
    expect(await becomes(200)).toBeLessThan(5_000);
  });
});
