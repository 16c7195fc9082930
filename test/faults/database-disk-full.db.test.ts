import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openPglite } from '../../src/adapters/pglite/open-pglite.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { serveWork } from '../support/database-over-http.ts';
import { engines } from '../support/database.ts';
import { startPostgresCluster } from '../support/postgres-cluster.ts';
import { mountSmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';

const reason = await whyNoSmallDisk();
if (reason !== undefined) process.stderr.write(`Skipped: full disks, because ${reason}.\n`);
const hasPostgres = engines.some((engine) => engine.name === 'postgres' && engine.available);
const mebibyte = 1024 * 1024;

const write = (database: BookkeepingDatabase, call: TestCall, name: string, rows: number) => () =>
  database.write(call, testDecision, (tx) =>
    sql`insert into app.feature_setting (subscription_id, feature, enabled)
      select ${call.subscriptionId}, ${name} || number || repeat('x', 200), true
      from generate_series(1, ${rows}::integer) as number`.execute(tx),
  );
const count = async (database: BookkeepingDatabase, call: TestCall) =>
  Number(
    (
      await database.read(call, (tx) =>
        tx.selectFrom('app.feature_setting').select(tx.fn.countAll().as('n')).executeTakeFirstOrThrow(),
      )
    ).n,
  );
const ask = async (work: () => Promise<unknown>) => {
  const served = serveWork(work);
  const { status, retryAfter, text } = await served.ask();
  await served.close();
  return { status, retryAfter, isStorageFull: text.includes('/problems/storage-full') };
};
const full = { status: 507, retryAfter: '60', isStorageFull: true };

describe.skipIf(reason !== undefined)('a full disk', () => {
  it.skipIf(!hasPostgres)(
    'R21: PostgreSQL refuses changes as 507, goes on reading, and recovers without a restart',
    async () => {
      const disk = await mountSmallDisk(160);
      const cluster = await startPostgresCluster({ dataParent: disk.directory });
      try {
        const appPassword = 'p';
        await setUpRoles(cluster.adminConnectionString, { database: 'indesk', appPassword });
        const admin = connectionStringFor(cluster.adminConnectionString, 'indesk');
        const database = await openPostgres({
          connectionString: admin.replace(/\/\/[^@]*@/, `//app_rw:${appPassword}@`),
          ownerConnectionString: admin,
        });
        const call = await newSubscription(database);
        await write(database, call, 'kept', 100)();
        await disk.fillUpTo(mebibyte);
        expect(await ask(write(database, call, 'too many', 20_000))).toEqual(full);
        expect(await count(database, call)).toBe(100);
        expect(await database.ready()).toBe(true);
        await disk.empty();
        expect(await ask(write(database, call, 'again', 20_000))).toMatchObject({ status: 200 });
        expect(await count(database, call)).toBe(20_100);
        await database.close();
      } finally {
        await cluster.remove();
        await disk.remove();
      }
    },
  );

  it('R21: the embedded database refuses changes as 507 before the disk is full, reads on, and recovers', async () => {
    const disk = await mountSmallDisk(300);
    const failures: string[] = [];
    try {
      const directory = path.join(disk.directory, 'database');
      const database = await openPglite({ directory, onFailure: (failure) => failures.push(failure) });
      const call = await newSubscription(database);
      await write(database, call, 'kept', 100)();
      await disk.fillUpTo(60 * mebibyte);
      await sleep(600);
      expect(await ask(write(database, call, 'too many', 1))).toEqual(full);
      expect(await count(database, call)).toBe(100);
      expect(await database.ready()).toBe(true);
      await disk.empty();
      await sleep(600);
      expect(await ask(write(database, call, 'again', 20_000))).toMatchObject({ status: 200 });
      expect(await count(database, call)).toBe(20_100);
      await database.close();
      expect(failures).toEqual([]);
    } finally {
      await disk.remove();
    }
  });

  it('R21: what the embedded database acknowledged is there again after others have filled its disk to the last byte', async () => {
    const disk = await mountSmallDisk(300);
    const failures: string[] = [];
    try {
      const directory = path.join(disk.directory, 'database');
      const options = { directory, onFailure: (failure: string) => failures.push(failure) };
      const database = await openPglite({ ...options, minimumFreeBytes: 0 });
      const call = await newSubscription(database);
      await write(database, call, 'kept', 100)();
      await disk.fillUpTo(mebibyte / 2);
      const answers: number[] = [];
      let acknowledged = 100;
      for (let round = 0; round < 10 && failures.length === 0; round += 1) {
        const { status } = await ask(write(database, call, `round ${round} `, 500));
        if (status === 200) acknowledged += 500;
        answers.push(status);
      }
      expect(answers.at(-1)).toBeGreaterThanOrEqual(500);
      await database.close().catch(() => undefined);
      await disk.empty();
      const again = await openPglite(options);
      expect(await count(again, call)).toBe(acknowledged);
      expect(await ask(write(again, call, 'again', 10))).toMatchObject({ status: 200 });
      await again.close();
    } finally {
      await disk.remove();
    }
  });
});
