import type { TestProject } from 'vitest/node';
import { migrate, migrationsDirectory, readMigrations } from '../../src/adapters/sql/migrate.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { startPgBouncer, whyNoPgBouncer } from './pgbouncer.ts';
import { startPostgresCluster, whyNoPostgres } from './postgres-cluster.ts';

/** One PostgreSQL cluster a run, with a migrated database to copy; or why there is none. */
export interface ProvidedPostgres {
  readonly reason?: string;
  readonly adminConnectionString: string;
  readonly appPassword: string;
  readonly template: string;
  /** PgBouncer in transaction mode before the cluster, for the login app_rw; or why there is none. */
  readonly pooler: { readonly directory: string; readonly port: number } | { readonly reason: string };
}

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: ProvidedPostgres;
  }
}

const template = 'indesk_template';

/** Started once before all test files; the returned function ends the cluster. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const reason = await whyNoPostgres();
  if (reason !== undefined) {
    process.stderr.write(`\nSkipped: the tests on PostgreSQL, because ${reason}.\n\n`);
    project.provide('postgres', {
      reason,
      adminConnectionString: '',
      appPassword: '',
      template,
      pooler: { reason },
    });
    return () => Promise.resolve();
  }
  const cluster = await startPostgresCluster();
  const appPassword = 'test-password';
  await setUpRoles(cluster.adminConnectionString, { database: template, appPassword });
  const session = await openOwnerSession(connectionStringFor(cluster.adminConnectionString, template));
  await migrate(session, await readMigrations([migrationsDirectory]));
  await session.close();
  const noPooler = await whyNoPgBouncer();
  if (noPooler !== undefined)
    process.stderr.write(`\nSkipped: the tests through PgBouncer, because ${noPooler}.\n\n`);
  const pooler =
    noPooler === undefined
      ? await startPgBouncer(cluster.directory, { user: 'app_rw', password: appPassword })
      : undefined;
  project.provide('postgres', {
    adminConnectionString: cluster.adminConnectionString,
    appPassword,
    template,
    pooler:
      pooler === undefined ? { reason: noPooler ?? '' } : { directory: pooler.directory, port: pooler.port },
  });
  const throughPooler = process.env['TEST_THROUGH_PGBOUNCER'] === 'yes';
  return async () => {
    const transactions = throughPooler ? ((await pooler?.transactions()) ?? 0) : undefined;
    await pooler?.remove();
    await cluster.remove();
    if (transactions === undefined) return;
    process.stdout.write(`\n${transactions} transactions went through PgBouncer in transaction mode\n`);
    if (transactions === 0) throw new Error('This run was to go through PgBouncer, and nothing did');
  };
}
