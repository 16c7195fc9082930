import pg from 'pg';
import { bootFindings } from '../sql/boot-checks.ts';
import { DatabaseSetupError, sqlStateOf } from '../sql/errors.ts';
import { migrationGaps, migrationsDirectory, readMigrations } from '../sql/migrate.ts';
import { openOwnerSession } from './owner-session.ts';
import { assertEncrypted, connectionFailure, connectionOptions, type TlsOptions } from './verified-tls.ts';

/** What a look at the database found; nothing was changed by it. */
export interface PostgresInspection {
  /** Why the program would not start with it, a sentence each, without address, login or password. */
  readonly findings: readonly string[];
  /** Migrations of this program that are still to be applied. */
  readonly missing: readonly string[];
}

type Query = (text: string) => Promise<readonly Record<string, unknown>[]>;

const connectTimeoutMs = 5_000;
const rolesHint = 'run deploy/postgres/roles.sql as a superuser in this database';

/** Looks through the eyes of the program's own login. Throws DatabaseSetupError when it cannot get in. */
export async function inspectLogin(connectionString: string, tls: TlsOptions): Promise<PostgresInspection> {
  const client = new pg.Client({
    ...connectionOptions(connectionString, tls),
    application_name: 'indesk-check',
    connectionTimeoutMillis: connectTimeoutMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect().catch((error: unknown) => {
      throw new DatabaseSetupError(`The database ${connectionFailure(error)}`);
    });
    if (tls.requireVerifiedTls === true) await assertEncrypted(client);
    const query: Query = async (text) => (await client.query<Record<string, unknown>>(text)).rows;
    const findings = await orHint(() => bootFindings('postgres', query));
    const { missing, others } = await compareMigrations(query);
    return { findings: [...findings, ...others].map(asSentence), missing };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Looks through the eyes of the login that applies the migrations. Throws DatabaseSetupError when it cannot get in. */
export async function inspectOwner(
  connectionString: string,
  tls: TlsOptions,
): Promise<Pick<PostgresInspection, 'findings'>> {
  const session = await openOwnerSession(connectionString, tls);
  try {
    const query: Query = (text) => session.query(text);
    const unreachable =
      await query(`select name from unnest(array['app_owner', 'app_lookup', 'app_maint', 'app_audit']) as name
      where not exists (select from pg_catalog.pg_roles
        where rolname = name and pg_catalog.pg_has_role(session_user, oid, 'member'))`);
    const extension = await query(`select 1 from pg_catalog.pg_extension where extname = 'vector'`);
    const roles = unreachable.map(({ name }) => String(name)).join(', ');
    return {
      findings: [
        ...(roles === ''
          ? []
          : [`the login may not become ${roles}: ${rolesHint}, then grant ${roles} to this login`]),
        ...(extension.length > 0 ? [] : [`the extension vector is missing: ${rolesHint}`]),
      ],
    };
  } finally {
    await session.close();
  }
}

const asSentence = (finding: string): string => `the database is not safe to use: ${finding}`;

/** A database without our schemas answers with errors instead of findings. */
async function orHint(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await look();
  } catch (error) {
    const sqlState = sqlStateOf(error);
    if (sqlState === undefined) throw new DatabaseSetupError('The database ended the connection');
    return [`the roles and schemas are not there (SQLSTATE ${sqlState}): ${rolesHint}`];
  }
}

async function compareMigrations(
  query: Query,
): Promise<{ readonly missing: readonly string[]; readonly others: readonly string[] }> {
  const known = await readMigrations([migrationsDirectory]);
  // Asked of the catalogue first: before the first migration this login may not even look into the schema.
  const table = await query(`select 1 from pg_catalog.pg_class class
    join pg_catalog.pg_namespace space on space.oid = class.relnamespace
    where space.nspname = 'app_meta' and class.relname = 'schema_migration'`);
  const rows = table.length === 0 ? [] : await query('select name, checksum from app_meta.schema_migration');
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  const missing = known.filter(({ name }) => !applied.has(name));
  const fitting = known.filter(({ name }) => applied.has(name));
  return { missing: missing.map(({ name }) => name), others: migrationGaps(applied, fitting) };
}
