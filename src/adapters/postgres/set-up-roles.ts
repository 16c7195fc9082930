import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { DatabaseSetupError, sqlStateOf } from '../sql/errors.ts';
import { rolesFile } from '../sql/migrate.ts';
import { openOwnerSession } from './owner-session.ts';
import { scramVerifier } from './scram-verifier.ts';

export interface RoleOptions {
  /** Name of the database; created when there is none. */
  readonly database: string;
  /** Password for the login `app_rw`. */
  readonly appPassword: string;
  /** Password for the login `app_backup`; it cannot log in when left out. */
  readonly backupPassword?: string;
}

/** Makes the database, the roles, the empty schemas and the extension as a superuser or as a login that may create roles and databases; running it again changes nothing. */
export async function setUpRoles(adminConnectionString: string, options: RoleOptions): Promise<void> {
  const roles = await readFile(rolesFile, 'utf8');
  const server = await openOwnerSession(adminConnectionString);
  try {
    const found = await server.query('select 1 from pg_catalog.pg_database where datname = $1', [
      options.database,
    ]);
    if (found.length === 0) await server.execute(`create database ${pg.escapeIdentifier(options.database)}`);
  } finally {
    await server.close();
  }
  const session = await openOwnerSession(connectionStringFor(adminConnectionString, options.database));
  try {
    await session.execute(roles);
    for (const [role, password] of [
      ['app_rw', options.appPassword],
      ['app_backup', options.backupPassword],
    ] as const) {
      if (password === undefined) continue;
      await session.execute(
        `alter role ${role} login password ${pg.escapeLiteral(scramVerifier(password))};
        grant connect on database ${pg.escapeIdentifier(options.database)} to ${role}`,
      );
    }
  } catch (error) {
    const reason =
      error instanceof Error && sqlStateOf(error) !== undefined ? error.message : 'the connection was lost';
    throw new DatabaseSetupError(
      `The roles could not be set up (${sqlStateOf(error) ?? 'no SQLSTATE'}): ${reason}`,
    );
  } finally {
    await session.close();
  }
}

/** The same server and login with another database. */
export function connectionStringFor(connectionString: string, database: string): string {
  const match = /^([a-z]+:\/\/[^/?]*)(?:\/[^?]*)?(\?.*)?$/.exec(connectionString);
  if (match === null)
    throw new DatabaseSetupError('A connection string must look like postgres://user:password@host/database');
  return `${match[1] ?? ''}/${encodeURIComponent(database)}${match[2] ?? ''}`;
}
