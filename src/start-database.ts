import { join } from 'node:path';
import { openPglite } from './adapters/pglite/open-pglite.ts';
import { openPostgres } from './adapters/postgres/open-postgres.ts';
import { DatabaseSetupError } from './adapters/sql/errors.ts';
import { settings, type Config } from './config.ts';
import type { BookkeepingDatabase } from './ports/database.ts';
import type { Logger } from './ports/logger.ts';

/** Opens PostgreSQL when an address is configured, else the embedded database; throws DatabaseSetupError. */
export async function openDatabase(config: Config, logger: Logger): Promise<BookkeepingDatabase> {
  if (config.databaseUrl === undefined) {
    return openPglite({
      directory: join(config.dataDirectory, 'database'),
      logger,
      // Nothing can be answered or kept any more; what was acknowledged is on disk.
      onFailure: (reason) => {
        process.stderr.write(`indesk: ${reason}. What was acknowledged is kept: start the program again.\n`);
        process.exit(1);
      },
    });
  }
  return openPostgres({
    connectionString: config.databaseUrl,
    requireVerifiedTls: config.mode === 'production',
    logger,
    ...(config.databaseOwnerUrl !== undefined && { ownerConnectionString: config.databaseOwnerUrl }),
    ...(config.databaseCaFile !== undefined && { caFile: config.databaseCaFile }),
  }).catch((error: unknown) => {
    if (!(error instanceof DatabaseSetupError)) throw error;
    const setting = error.message.startsWith("The owner's") ? 'databaseOwnerUrl' : 'databaseUrl';
    throw new DatabaseSetupError(`${settings[setting].variable}: ${error.message}`);
  });
}
