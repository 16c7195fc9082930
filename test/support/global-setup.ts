import type { TestProject } from 'vitest/node';
import { migrate, migrationsDirectory, readMigrations } from '../../src/adapters/sql/migrate.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { startPostgresCluster, whyNoPostgres } from './postgres-cluster.ts';

/** One PostgreSQL cluster a run, with a migrated database to copy; or why there is none. */
export interface ProvidedPostgres {
  readonly reason?: string;
  readonly adminConnectionString: string;
  readonly appPassword: string;
  readonly template: string;
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
    project.provide('postgres', { reason, adminConnectionString: '', appPassword: '', template });
    return () => Promise.resolve();
  }
  const cluster = await startPostgresCluster();
  const appPassword = 'test-password';
  await setUpRoles(cluster.adminConnectionString, { database: template, appPassword });
  const session = await openOwnerSession(connectionStringFor(cluster.adminConnectionString, template));
  await migrate(session, await readMigrations([migrationsDirectory]));
  await session.close();
  project.provide('postgres', {
    adminConnectionString: cluster.adminConnectionString,
    appPassword,
    template,
  });
  return () => cluster.remove();
}
