import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { inject } from 'vitest';
import { openPglite } from '../../src/adapters/pglite/open-pglite.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor } from '../../src/adapters/postgres/set-up-roles.ts';
import {
  migrate,
  migrationsDirectory,
  readMigrations,
  rolesFile,
  type OwnerSession,
} from '../../src/adapters/sql/migrate.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';

/** A superuser's session on a database of its own that a test may break. */
export interface ScratchDatabase extends OwnerSession {
  close(): Promise<void>;
}

export interface DatabaseEngine {
  readonly name: 'pglite' | 'postgres' | 'postgres-pgbouncer';
  readonly available: boolean;
  /** Why it is not available. */
  readonly reason: string;
  /** A fresh, migrated database; closing it is the caller's. */
  open(): Promise<BookkeepingDatabase>;
  openScratch(): Promise<ScratchDatabase>;
}

const postgres = inject('postgres');
const missing = postgres === undefined ? 'the run has no global set-up' : (postgres.reason ?? '');
if (missing !== '' && process.env['CI'] === 'true')
  throw new Error(`PostgreSQL must be tested here: ${missing}`);

// The whole run goes through PgBouncer: `npm run test:pgbouncer`.
const throughPooler = process.env['TEST_THROUGH_PGBOUNCER'] === 'yes';
const pooler = postgres?.pooler ?? { reason: missing };
const missingPooler = 'reason' in pooler ? pooler.reason : '';
if ((throughPooler || process.env['CI'] === 'true') && missingPooler !== '')
  throw new Error(`PgBouncer must be tested here: ${missingPooler}`);

const pglite: DatabaseEngine = {
  name: 'pglite',
  available: true,
  reason: '',
  open: () => openPglite(),
  openScratch: openScratchPglite,
};
const direct: DatabaseEngine = {
  name: 'postgres',
  available: missing === '',
  reason: missing,
  open: async () => openPostgres({ connectionString: appConnectionString(await copyTemplate()) }),
  openScratch: openScratchPostgres,
};
const pooled: DatabaseEngine = {
  name: 'postgres-pgbouncer',
  available: missingPooler === '',
  reason: missingPooler,
  open: async () => openPostgres({ connectionString: pooledConnectionString(await copyTemplate()) }),
  openScratch: openScratchPostgres,
};

/** Both engines; a suite runs its cases against each that is available. Through PgBouncer there is PostgreSQL alone. */
export const engines: readonly DatabaseEngine[] = throughPooler ? [direct] : [pglite, direct];

/** Both engines, and PostgreSQL behind PgBouncer in transaction mode. */
export const enginesAndPooler: readonly DatabaseEngine[] = throughPooler ? [pooled] : [...engines, pooled];

/** The superuser's connection string of a database on the test cluster. */
export function adminConnectionString(database: string): string {
  return connectionStringFor(postgres.adminConnectionString, database);
}

/** The connection string of the program's login. */
export function appConnectionString(database: string): string {
  return throughPooler ? pooledConnectionString(database) : directConnectionString(database);
}

/** The same through PgBouncer. */
export function pooledConnectionString(database: string): string {
  if ('reason' in pooler) throw new Error(pooler.reason);
  return `postgres://app_rw:${postgres.appPassword}@/${database}?host=${encodeURIComponent(pooler.directory)}&port=${pooler.port}`;
}

function directConnectionString(database: string): string {
  const admin = connectionStringFor(postgres.adminConnectionString, database);
  return admin.replace(/\/\/[^@]*@/, `//app_rw:${postgres.appPassword}@`);
}

/** Copies the migrated database of this run and returns the copy's name. */
export async function copyTemplate(): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = await openOwnerSession(postgres.adminConnectionString);
  try {
    await admin.execute(`create database ${name} template ${postgres.template}`);
  } finally {
    await admin.close();
  }
  return name;
}

async function openScratchPostgres(): Promise<ScratchDatabase> {
  return openOwnerSession(connectionStringFor(postgres.adminConnectionString, await copyTemplate()));
}

async function openScratchPglite(): Promise<ScratchDatabase> {
  const lite = await PGlite.create({ extensions: { vector }, postgresqlconf: ['shared_buffers=16MB'] });
  const session: OwnerSession = {
    execute: async (text) => {
      await lite.exec(text);
    },
    query: async (text, values = []) => (await lite.query<Record<string, unknown>>(text, [...values])).rows,
  };
  await session.execute(await readFile(rolesFile, 'utf8'));
  await migrate(session, await readMigrations([migrationsDirectory]));
  return { ...session, close: () => lite.close() };
}
