import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openPglite } from '../../src/adapters/pglite/open-pglite.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { migrationsDirectory, type OwnerSession } from '../../src/adapters/sql/migrate.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { adminConnectionString, appConnectionString, copyTemplate, type DatabaseEngine } from './database.ts';

// app.now() is the schema's only clock; here it runs ahead by what a table says.
const movableClock = `
  create table app_meta.test_clock (ahead interval not null);
  insert into app_meta.test_clock values ('0');
  grant usage on schema app_meta to app_lookup, app_maint, app_audit;
  grant select on app_meta.test_clock to app_lookup, app_maint, app_audit;
  grant select, update on app_meta.test_clock to app_rw;
  create or replace function app.now() returns timestamptz language sql stable parallel safe set search_path = ''
    as 'select pg_catalog.now() + (select ahead from app_meta.test_clock)';`;

/** A database whose clock a test moves. */
export interface ClockedDatabase {
  readonly database: BookkeepingDatabase;
  /** A superuser's session, on PostgreSQL alone. */
  readonly owner: OwnerSession | undefined;
  /** From now on the database's clock is so many hours ahead. */
  moveClock(hoursAhead: number): Promise<void>;
  close(): Promise<void>;
}

export async function openWithClock(engine: DatabaseEngine): Promise<ClockedDatabase> {
  const { database, owner, close } = engine.name === 'pglite' ? await openEmbedded() : await openServer();
  return {
    database,
    owner,
    moveClock: async (hours) => {
      await database.bookkeep({ subscriptionId: platformSubscriptionId }, (tx) =>
        sql`update app_meta.test_clock set ahead = make_interval(hours => ${hours})`.execute(tx),
      );
    },
    close,
  };
}

async function openEmbedded() {
  const directory = mkdtempSync(join(tmpdir(), 'indesk-clock-'));
  writeFileSync(join(directory, '9999_test_clock.sql'), movableClock);
  const database = await openPglite({ migrationDirectories: [migrationsDirectory, directory] });
  const close = async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  };
  return { database, owner: undefined, close };
}

async function openServer() {
  const name = await copyTemplate();
  const owner = await openOwnerSession(adminConnectionString(name));
  await owner.execute(`set role app_owner; ${movableClock} reset role`);
  const database = await openPostgres({ connectionString: appConnectionString(name) });
  const close = async () => {
    await database.close();
    await owner.close();
  };
  return { database, owner, close };
}
