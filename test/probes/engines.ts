import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { migrate, migrationsDirectory, readMigrations } from '../../src/adapters/sql/migrate.ts';
import { startPostgresCluster, whyNoPostgres } from '../support/postgres-cluster.ts';
import { startTestRedis } from '../support/redis.ts';

export const engineNames = ['pglite', 'postgres'] as const;
export type EngineName = (typeof engineNames)[number];
type Row = Readonly<Record<string, unknown>>;

/** What a server is started on, with a superuser's view of its database, which row-level security does not narrow. */
export interface ProbeEngine {
  readonly name: EngineName;
  readonly dataDirectory: string;
  /** Settings of the server. */
  readonly environment: Readonly<Record<string, string>>;
  /** One query while the server runs; not while a transaction is under way. */
  query(sql: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** Why an engine cannot be had on this machine; undefined when it can. */
export async function whyNot(name: EngineName): Promise<string | undefined> {
  return name === 'postgres' ? whyNoPostgres() : undefined;
}

export async function openEngine(name: EngineName): Promise<ProbeEngine> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'indesk-probe-'));
  const open = name === 'pglite' ? openEmbedded : openServices;
  const engine = await open(dataDirectory);
  return {
    ...engine,
    name,
    dataDirectory,
    close: async () => {
      await engine.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}
type Opened = Pick<ProbeEngine, 'environment' | 'query' | 'close'>;

/** The embedded engine with memory for everything shared. */
async function openEmbedded(dataDirectory: string): Promise<Opened> {
  let client: pg.Client | undefined;
  const connect = async (): Promise<pg.Client> => {
    client = new pg.Client({
      host: join(dataDirectory, 'database', 'socket'),
      user: 'app_rw',
      database: 'postgres',
      password: '',
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  return {
    environment: {},
    query: async (sql) => {
      const open = client ?? (await connect());
      // One message: no other connection sees the superuser, whom the engine's one session would else hand to all.
      const results = (await open.query(
        `set session authorization postgres; ${sql}; set session authorization app_rw`,
      )) as unknown as readonly pg.QueryResult<Row>[];
      return results[1]?.rows ?? [];
    },
    close: async () => client?.end().catch(() => undefined),
  };
}

/** PostgreSQL and Redis of the probe's own, set up as an operator does. */
async function openServices(): Promise<Opened> {
  const cluster = await startPostgresCluster();
  const redis = await startTestRedis();
  const appPassword = 'probe-password';
  await setUpRoles(cluster.adminConnectionString, { database: 'indesk', appPassword });
  const admin = connectionStringFor(cluster.adminConnectionString, 'indesk');
  const owner = await openOwnerSession(admin);
  await migrate(owner, await readMigrations([migrationsDirectory]));
  return {
    environment: {
      INDESK_DATABASE_URL: admin.replace(/\/\/[^@]*@/, `//app_rw:${appPassword}@`),
      INDESK_REDIS_URL: redis.url,
    },
    query: (sql) => owner.query(sql),
    close: async () => {
      await owner.close();
      await redis.remove();
      await cluster.remove();
    },
  };
}
