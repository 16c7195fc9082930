// Fifty rolling restarts of two replicas at a hundred requests a second: says how many requests failed and how long a stop took.
// node scripts/launch.mjs run scripts/rolling-restarts.ts [RESTARTS] [REQUESTS_PER_SECOND] [DRAIN_SECONDS]
import { migrate, migrationsDirectory, readMigrations } from '../src/adapters/sql/migrate.ts';
import { openOwnerSession } from '../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../src/adapters/postgres/set-up-roles.ts';
import { startPostgresCluster } from '../test/support/postgres-cluster.ts';
import { openReplicas } from '../test/support/replicas.ts';
import { rollThrough } from '../test/support/rolling-restarts.ts';

const [restarts = 50, requestsPerSecond = 100, drainSeconds = 5] = process.argv.slice(2).map(Number);
const appPassword = 'rolling-restarts';
const database = 'rolling';

const cluster = await startPostgresCluster();
try {
  await setUpRoles(cluster.adminConnectionString, { database, appPassword });
  const admin = connectionStringFor(cluster.adminConnectionString, database);
  const session = await openOwnerSession(admin);
  await migrate(session, await readMigrations([migrationsDirectory]));
  await session.close();
  const replicas = await openReplicas({
    count: 2,
    databaseUrl: admin.replace(/\/\/[^@]*@/, `//app_rw:${appPassword}@`),
    environment: { INDESK_DRAIN_SECONDS: String(drainSeconds) },
  });
  try {
    const { failed, latency, ...result } = await rollThrough({
      replicas,
      restarts,
      requestsPerSecond,
      askEveryMs: 250,
    });
    const failures = [...failed].map(([reason, count]) => `${count} × ${reason}`);
    process.stdout.write(
      `${JSON.stringify({ ...result, latencyMs: latency, failures }, null, 2)}\n${failures.length === 0 ? 'No request failed' : 'Requests failed'} in ${restarts} rolling restarts at ${requestsPerSecond} requests a second.\n`,
    );
    process.exitCode = failures.length === 0 && result.badExits.length === 0 ? 0 : 1;
  } finally {
    await replicas.close();
  }
} finally {
  await cluster.remove();
}
