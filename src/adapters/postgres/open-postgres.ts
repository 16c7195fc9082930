import pg from 'pg';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { Logger } from '../../ports/logger.ts';
import { createSqlDatabase, refuseUnsafeBoot } from '../sql/database.ts';
import { DatabaseSetupError, sqlStateOf } from '../sql/errors.ts';
import { migrate, migrationsDirectory, readMigrations } from '../sql/migrate.ts';
import { openOwnerSession } from './owner-session.ts';

export interface PostgresOptions {
  /** Login `app_rw`. */
  readonly connectionString: string;
  /** A login that may become app_owner, app_lookup, app_maint and app_audit; when given, migrations are applied first. */
  readonly ownerConnectionString?: string;
  readonly migrationDirectories?: readonly string[];
  /** At most this many connections; 10 when left out. */
  readonly maxConnections?: number;
  readonly logger?: Logger;
}

const milliseconds = {
  connect: 2_000,
  statement: 5_000,
  lock: 1_000,
  idleInTransaction: 10_000,
  transaction: 15_000,
};

/** Opens a pool on PostgreSQL; throws DatabaseSetupError when the login could escape row-level security. */
export async function openPostgres(options: PostgresOptions): Promise<BookkeepingDatabase> {
  const migrations = await readMigrations(options.migrationDirectories ?? [migrationsDirectory]);
  if (options.ownerConnectionString !== undefined) {
    const session = await openOwnerSession(options.ownerConnectionString);
    try {
      await migrate(session, migrations);
    } finally {
      await session.close();
    }
  }
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: 'indesk',
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: milliseconds.connect,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: milliseconds.statement,
    lock_timeout: milliseconds.lock,
    idle_in_transaction_session_timeout: milliseconds.idleInTransaction,
  });
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', (error) =>
    options.logger?.warn('database.connection-lost', { code: sqlStateOf(error) ?? 'network' }),
  );
  const databaseOptions = {
    engine: 'postgres' as const,
    pool,
    migrations,
    transactionTimeoutMs: milliseconds.transaction,
  };
  try {
    await refuseUnreachable(pool);
    await refuseUnsafeBoot(databaseOptions);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return createSqlDatabase(databaseOptions);
}

async function refuseUnreachable(pool: pg.Pool): Promise<void> {
  try {
    (await pool.connect()).release();
  } catch (error) {
    const sqlState = sqlStateOf(error);
    const reason = sqlState === undefined ? 'cannot be reached' : `refused the login (SQLSTATE ${sqlState})`;
    throw new DatabaseSetupError(`The database ${reason}`);
  }
}
