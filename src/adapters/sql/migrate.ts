import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { DatabaseSetupError, sqlStateOf } from './errors.ts';

/** The migrations of this program. */
export const migrationsDirectory = fileURLToPath(new URL('../../../migrations', import.meta.url));
/** SQL a superuser runs once per database before the first migration. */
export const rolesFile = fileURLToPath(new URL('../../../deploy/postgres/roles.sql', import.meta.url));

/** One session with the owner's rights; `execute` takes several statements, `query` one with values. */
export interface OwnerSession {
  execute(sql: string): Promise<void>;
  query(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

export interface Migration {
  /** File name without folder, for example `0001_foundation.sql`. */
  readonly name: string;
  /** SHA-256 of the file in hex. */
  readonly checksum: string;
  readonly sql: string;
}

// Any number, the same for every process that migrates the same database.
const advisoryLock = 4_106_121;

/** Reads the `*.sql` files of the folders in the order of their names, folder after folder. */
export async function readMigrations(directories: readonly string[]): Promise<readonly Migration[]> {
  const migrations: Migration[] = [];
  for (const directory of directories) {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
    for (const name of names) {
      const sql = await readFile(path.join(directory, name), 'utf8');
      migrations.push({ name, checksum: createHash('sha256').update(sql).digest('hex'), sql });
    }
  }
  return migrations;
}

/** Applies what is missing, one transaction a file, and returns the names applied; refuses changed or unknown files. */
export async function migrate(
  session: OwnerSession,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  await session.query('select pg_advisory_lock($1)', [advisoryLock]);
  try {
    await session.execute(`
      set role app_owner;
      create table if not exists app_meta.schema_migration (
        name text primary key, checksum text not null, applied_at timestamptz not null default now());
      reset role;`);
    const applied = new Map<unknown, unknown>();
    for (const row of await session.query('select name, checksum from app_meta.schema_migration')) {
      applied.set(row['name'], row['checksum']);
    }
    refuseDrift(applied, migrations);
    const missing = migrations.filter((migration) => !applied.has(migration.name));
    for (const migration of missing) await apply(session, migration);
    return missing.map((migration) => migration.name);
  } finally {
    await session.query('select pg_advisory_unlock($1)', [advisoryLock]).catch(() => undefined);
  }
}

/** What keeps the applied migrations from being exactly `migrations`; empty at head. */
export function migrationGaps(
  applied: ReadonlyMap<unknown, unknown>,
  migrations: readonly Pick<Migration, 'name' | 'checksum'>[],
): readonly string[] {
  const known = new Set<unknown>(migrations.map((migration) => migration.name));
  return [
    ...migrations.filter(({ name }) => !applied.has(name)).map(({ name }) => `${name} is not applied`),
    ...changedMigrations(applied, migrations),
    ...[...applied.keys()]
      .filter((name) => !known.has(name))
      .map((name) => `${String(name)} is unknown to this version`),
  ];
}

function changedMigrations(
  applied: ReadonlyMap<unknown, unknown>,
  migrations: readonly Pick<Migration, 'name' | 'checksum'>[],
): readonly string[] {
  return migrations
    .filter(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum)
    .map(({ name }) => `${name} was changed after it had been applied`);
}

function refuseDrift(applied: ReadonlyMap<unknown, unknown>, migrations: readonly Migration[]): void {
  const changed = changedMigrations(applied, migrations);
  if (changed.length > 0)
    throw new DatabaseSetupError(`Migrations do not fit the database: ${changed.join('; ')}`);
}

async function apply(session: OwnerSession, migration: Migration): Promise<void> {
  await session.execute('begin');
  try {
    // A lock that cannot be had soon would make every other query wait behind this one.
    await session.execute(
      "set local role app_owner; set local lock_timeout = '5s'; set local statement_timeout = '10min'",
    );
    await session.execute(migration.sql);
    await session.execute('set local role app_owner');
    await session.query('insert into app_meta.schema_migration (name, checksum) values ($1, $2)', [
      migration.name,
      migration.checksum,
    ]);
    await session.execute('commit');
  } catch (error) {
    await session.execute('rollback').catch(() => undefined);
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new DatabaseSetupError(
      `Migration ${migration.name} failed (${sqlStateOf(error) ?? 'no SQLSTATE'}): ${reason}`,
    );
  }
}
