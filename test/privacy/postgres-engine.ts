import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { startPostgresCluster, type PostgresCluster } from '../support/postgres-cluster.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import type { Canaries } from './canaries.ts';
import type { Engine, PlantedLeak } from './engines.ts';
import { filesIn, plantRow, tablesOf, textPlace, type Place } from './places.ts';
import { redisLeaks, searchRedis, type RedisSearch } from './redis-places.ts';

const run = promisify(execFile);
const databaseName = 'indesk';
const largestDump = 256 * 1024 * 1024;

/**
 * PostgreSQL and Redis as they are deployed: the shipped roles and configuration, every command to Redis on record.
 * Values the database refuses are marked too.
 */
export async function openPostgresAndRedis(canaries: Canaries): Promise<Engine> {
  const [cluster, redis] = await Promise.all([
    startPostgresCluster({
      // What an operator may have switched on to find slow and failing statements.
      settings: ["shared_preload_libraries = 'pg_stat_statements'", 'log_parameter_max_length_on_error = -1'],
    }),
    startTestRedis(),
  ]);
  const remove = async (): Promise<void> => {
    await Promise.all([cluster.remove(), redis.remove()]);
  };
  try {
    const redisSearch = await searchRedis(redis);
    return {
      ...(await searchable(cluster, redis, redisSearch, canaries)),
      close: async () => {
        redisSearch.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function searchable(
  cluster: PostgresCluster,
  redis: TestRedis,
  redisSearch: RedisSearch,
  canaries: Canaries,
): Promise<Omit<Engine, 'close'>> {
  const admin = connectionStringFor(cluster.adminConnectionString, databaseName);
  const appPassword = randomBytes(32).toString('base64url');
  await setUpRoles(cluster.adminConnectionString, { database: databaseName, appPassword });
  await query(cluster.adminConnectionString, 'create extension pg_stat_statements');
  const login = admin.replace(/\/\/[^@]*@/, `//app_rw:${appPassword}@`);
  canaries.mark('password of the database', appPassword);
  canaries.mark('password of Redis', new URL(redis.url).password);
  return {
    name: 'postgres',
    environment: {
      INDESK_DATABASE_URL: login,
      INDESK_DATABASE_OWNER_URL: admin,
      INDESK_REDIS_URL: redis.url,
    },
    whileRunning: async () => {
      await beRefused(login, canaries);
      for (const sealed of await redisSearch.waitingTranscripts())
        canaries.mark('write-back: sealed transcript', sealed.slice(-120));
      return [...(await statementViews(cluster)), ...(await redisSearch.keys())];
    },
    afterwards: async () => [
      ...(await tables(admin)),
      await dump(cluster),
      ...(await redisSearch.keys()),
      ...redisSearch.commands(),
      ...(await files(cluster)),
    ],
    mustNotBe: async () => redis.filesLeft().map((file) => `a file of Redis: ${file}`),
    mustStandIn: {
      'commands to Redis': () => ['sidebar-jti', 'bull:'],
      'dump of the database': () => ['summarize-ticket'],
      'view: pg_stat_statements': () => ['app.receipt'],
    },
    leaks: () => [...postgresLeaks(cluster, admin), ...redisLeaks(redis, redisSearch)],
  };
}

async function query(connectionString: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const session = await openOwnerSession(connectionString);
  try {
    return await session.query(sql);
  } finally {
    await session.close();
  }
}

const failing = 'select 1 / (length($1::text) - length($1::text))';

/** Errors of the program's own login with marked parameters: one while a statement runs, one of a row that breaks a rule. */
async function beRefused(login: string, canaries: Canaries): Promise<void> {
  const session = await openOwnerSession(login);
  const refused = async (sql: string, channel: string): Promise<void> => {
    const wasRefused = await session.query(sql, [canaries.plant(channel)]).then(
      () => false,
      () => true,
    );
    if (!wasRefused) throw new Error(`PostgreSQL took what it should refuse: ${sql}`);
  };
  try {
    await refused(failing, 'parameter of a failed statement');
    await refused(
      "insert into app.subscription (id, name, plan) values (gen_random_uuid(), $1, 'team')",
      'row against the row policy',
    );
    await refused('select $1::jsonb', 'value of the wrong shape');
  } finally {
    await session.close();
  }
}

async function tables(admin: string): Promise<Place[]> {
  const session = await openOwnerSession(admin);
  try {
    return await tablesOf(session);
  } finally {
    await session.close();
  }
}

/** What a backup would hold. */
async function dump({ binaries, adminConnectionString }: PostgresCluster): Promise<Place> {
  const { stdout } = await run(
    join(binaries, 'pg_dump'),
    ['--dbname', connectionStringFor(adminConnectionString, databaseName)],
    { maxBuffer: largestDump },
  );
  return textPlace('dump of the database', stdout);
}

/** Statements as the server keeps them: counted by shape, and the last of each connection. */
async function statementViews({ adminConnectionString }: PostgresCluster): Promise<Place[]> {
  const views = ['pg_stat_statements', 'pg_stat_activity'];
  return Promise.all(
    views.map(async (view) => {
      const rows = await query(adminConnectionString, `select v::text as line from ${view} v`);
      return textPlace(`view: ${view}`, rows.map(({ line }) => String(line)).join('\n'));
    }),
  );
}

/** Everything on disk, with the write-ahead log and the server's log; the server is stopped meanwhile, so that all is written. */
async function files(cluster: PostgresCluster): Promise<Place[]> {
  await cluster.stop();
  try {
    return filesIn(cluster.directory, 'PostgreSQL');
  } finally {
    await cluster.start();
  }
}

function postgresLeaks(cluster: PostgresCluster, admin: string): PlantedLeak[] {
  const only = (places: readonly Place[], part: string): readonly Place[] =>
    places.filter(({ name }) => name.includes(part));
  return [
    {
      kind: 'a row of a table',
      plant: async (leak) => {
        await query(admin, plantRow(leak));
        return tables(admin);
      },
    },
    {
      kind: 'the dump',
      plant: async (leak) => {
        await query(admin, plantRow(leak));
        return [await dump(cluster)];
      },
    },
    {
      kind: 'the write-ahead log',
      plant: async (leak) => {
        await query(admin, plantRow(leak));
        return only(await files(cluster), 'data/pg_wal/');
      },
    },
    {
      kind: 'the files of the tables',
      plant: async (leak) => {
        await query(admin, plantRow(leak));
        return only(await files(cluster), 'data/base/');
      },
    },
    {
      kind: 'a statement in the log of PostgreSQL',
      plant: async (leak) => {
        await query(admin, `select '${leak}'::integer`).catch(() => undefined);
        return only(await files(cluster), 'PostgreSQL: log');
      },
    },
    {
      kind: 'a parameter of a failed statement in the log of PostgreSQL',
      plant: async (leak) => {
        const session = await openOwnerSession(admin);
        await session.query(failing, [leak]).catch(() => undefined);
        await session.close();
        return only(await files(cluster), 'PostgreSQL: log');
      },
    },
    {
      kind: 'a counted statement',
      plant: async (leak) => {
        await query(admin, `set application_name = '${leak}'`);
        return only(await statementViews(cluster), 'pg_stat_statements');
      },
    },
    {
      kind: 'the last statement of a connection',
      plant: async (leak) => {
        const session = await openOwnerSession(admin);
        try {
          await session.query(`select '${leak}'`);
          return only(await statementViews(cluster), 'pg_stat_activity');
        } finally {
          await session.close();
        }
      },
    },
  ];
}
