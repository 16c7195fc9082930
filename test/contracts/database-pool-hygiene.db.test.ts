import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openPglite } from '../../src/adapters/pglite/open-pglite.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { DatabaseError } from '../../src/adapters/sql/errors.ts';
import { ProblemError } from '../../src/kernel/problem-error.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import {
  adminConnectionString,
  appConnectionString,
  copyTemplate,
  enginesAndPooler,
  pooledConnectionString,
} from '../support/database.ts';
import { isHammering, rounds } from '../support/hammer.ts';

const tenantCount = 20;
const concurrency = 200;
const operations = rounds(1_000, 100_000);
const ways = ['read', 'write', 'throw', 'refused', 'early', 'slow', 'kill'] as const;
type Way = (typeof ways)[number];

class OnPurpose extends Error {}

// The same sequence in every run, so that a failure can be seen again.
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function openWithFive(name: string): Promise<BookkeepingDatabase> {
  if (name === 'pglite') return openPglite();
  const database = await copyTemplate();
  const owner = await openOwnerSession(adminConnectionString(database));
  await owner.execute(`alter role app_rw in database ${database} set statement_timeout = '60ms'`);
  await owner.close();
  const address = name === 'postgres' ? appConnectionString(database) : pooledConnectionString(database);
  return openPostgres({ connectionString: address, maxConnections: 5 });
}

for (const { name, available } of enginesAndPooler) {
  describe.skipIf(!available)(`a pool of connections on ${name}`, () => {
    it(
      `S64: ${operations} operations that fail in every way never show a row of another subscription`,
      async () => {
        const database = await openWithFive(name);
        const calls = await Promise.all(Array.from({ length: tenantCount }, () => newSubscription(database)));
        const random = createRandom(20_260_101);
        // PGlite's one session can neither be killed nor be timed by the server.
        const possible = ways.filter((way) => name !== 'pglite' || (way !== 'kill' && way !== 'slow'));
        const seen: Record<string, number> = {};
        let foreign = 0;
        let started = 0;
        const note = (what: string) => (seen[what] = (seen[what] ?? 0) + 1);
        const workOnce = async () => {
          started += 1;
          const serial = started;
          const own = calls[Math.floor(random() * tenantCount)] ?? ({} as TestCall);
          const other = calls[Math.floor(random() * tenantCount)] ?? own;
          // Killing costs a log-in, and waiting costs a connection.
          const roll = random();
          const way: Way =
            roll > 0.05
              ? (possible[Math.floor(random() * Math.min(5, possible.length))] ?? 'read')
              : (possible.at(roll > 0.02 ? -1 : -2) ?? 'read');
          try {
            foreign += await operate(database, own, other, way, serial);
            note(way);
          } catch (error) {
            if (error instanceof OnPurpose) note(way);
            else if (error instanceof ProblemError && error.type === 'database-unavailable')
              note('unavailable');
            else if (isRefusal(error, way)) note(way);
            else note(`unexpected: ${String(error)}`);
          }
        };
        const worker = async () => {
          while (started < operations) await workOnce();
        };
        await Promise.all(Array.from({ length: concurrency }, worker));
        for (const call of calls) foreign += await foreignRows(database, call);
        await database.close();
        if (isHammering)
          process.stdout.write(`S64 on ${name}: ${JSON.stringify({ operations, foreign, ...seen })}\n`);
        expect(foreign).toBe(0);
        expect(Object.keys(seen).filter((what) => what.startsWith('unexpected'))).toEqual([]);
        for (const way of possible.filter((one) => one !== 'slow' && one !== 'kill'))
          expect(seen[way], way).toBeGreaterThan(operations / 40);
        if (name !== 'pglite') expect(seen['unavailable']).toBeGreaterThan(operations / 100);
      },
      isHammering ? 1_800_000 : 60_000,
    );
  });
}

// What was left running may itself be refused, and then nothing of its transaction is kept.
function isRefusal(error: unknown, way: Way): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return way === 'refused' || (way === 'early' && error.sqlState === '25P02');
}

/** Rows of others that the operation saw. */
async function operate(
  database: BookkeepingDatabase,
  own: TestCall,
  other: TestCall,
  way: Way,
  serial: number,
): Promise<number> {
  const row = {
    subscription_id: own.subscriptionId,
    feature: `${own.subscriptionId} ${serial}`,
    enabled: true,
  };
  if (way === 'read') return foreignRows(database, own);
  return database.write(own, testDecision, async (tx) => {
    const insert = tx.insertInto('app.feature_setting').values({ ...row, updated_at: new Date() });
    switch (way) {
      case 'throw':
        await insert.execute();
        throw new OnPurpose();
      case 'refused':
        await insert.execute();
        // Somebody else's row, or one's own for the second time: the database refuses both.
        await insert
          .values({ ...row, subscription_id: other.subscriptionId, updated_at: new Date() })
          .execute();
        break;
      case 'early':
        // Left running when the transaction ends.
        void insert.execute().catch(() => undefined);
        break;
      case 'slow':
        await sql`select pg_sleep(1)`.execute(tx);
        break;
      case 'kill':
        await insert.execute();
        await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx);
        break;
      default:
        await insert.execute();
    }
    return 0;
  });
}

async function foreignRows(database: BookkeepingDatabase, own: TestCall): Promise<number> {
  const rows = await database.read(own, (tx) =>
    tx
      .selectFrom('app.feature_setting')
      .select(['subscription_id', 'feature'])
      .orderBy('updated_at', 'desc')
      .limit(30)
      .execute(),
  );
  return rows.filter(
    (row) => row.subscription_id !== own.subscriptionId || !row.feature.startsWith(own.subscriptionId),
  ).length;
}
