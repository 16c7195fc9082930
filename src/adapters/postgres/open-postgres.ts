import pg from 'pg';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { Logger } from '../../ports/logger.ts';
import { createSqlDatabase, refuseUnsafeBoot } from '../sql/database.ts';
import { DatabaseSetupError, sqlStateOf } from '../sql/errors.ts';
import { migrate, migrationsDirectory, readMigrations } from '../sql/migrate.ts';
import { openOwnerSession } from './owner-session.ts';
import { assertEncrypted, connectionFailure, connectionOptions, type TlsOptions } from './verified-tls.ts';

export interface PostgresOptions extends TlsOptions {
  /** Login `app_rw`. */
  readonly connectionString: string;
  /** A login that may become app_owner, app_lookup, app_maint and app_audit; when given, migrations are applied first. */
  readonly ownerConnectionString?: string;
  readonly migrationDirectories?: readonly string[];
  /** At most this many connections; 10 when left out. */
  readonly maxConnections?: number;
  readonly logger?: Logger;
}

// Limits of statements, locks and idle transactions are settings of the role app_rw: a pooler refuses them as start-up parameters.
const milliseconds = { connect: 2_000, transaction: 15_000 };

/** Opens a pool on PostgreSQL; throws DatabaseSetupError when the login could escape row-level security. */
export async function openPostgres(options: PostgresOptions): Promise<BookkeepingDatabase> {
  const migrations = await readMigrations(options.migrationDirectories ?? [migrationsDirectory]);
  if (options.ownerConnectionString !== undefined) {
    const session = await openOwnerSession(options.ownerConnectionString, options);
    try {
      await migrate(session, migrations);
    } finally {
      await session.close();
    }
  }
  const pool = new pg.Pool({
    ...connectionOptions(options.connectionString, options),
    application_name: 'indesk',
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: milliseconds.connect,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
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
    await refuseUnreachable(pool, options.requireVerifiedTls === true);
    await refuseUnsafeBoot(databaseOptions);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return createSqlDatabase(databaseOptions);
}

async function refuseUnreachable(pool: pg.Pool, mustBeEncrypted: boolean): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw new DatabaseSetupError(`The database ${connectionFailure(error)}`);
  });
  try {
    if (mustBeEncrypted) await assertEncrypted(client);
  } finally {
    client.release();
  }
}
