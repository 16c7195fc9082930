import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { JobContext } from '../../src/ports/job-queue.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { redisMissing, silent, startTestRedis, type TestRedis } from '../support/redis.ts';

const worker = join(import.meta.dirname, '../support/poisoned-worker.ts');
const available = engines.some(({ name, available: is }) => name === 'postgres' && is);

// True processes that a job kills, each started again as an orchestrator would.
describe.skipIf(!available || redisMissing !== '')('a job that kills its process', () => {
  let connectionString: string;
  let database: BookkeepingDatabase;
  let redis: TestRedis;
  let child: ChildProcess | undefined;
  let isOver = false;
  let deaths = 0;
  let begun: string[] = [];

  beforeAll(async () => {
    connectionString = appConnectionString(await copyTemplate());
    database = await openPostgres({ connectionString });
    redis = await startTestRedis();
  });
  afterEach(async () => {
    isOver = true;
    const closed = child === undefined ? undefined : once(child, 'close');
    child?.kill('SIGKILL');
    await closed;
  });
  afterAll(async () => {
    await redis?.remove();
    await database?.close();
  });

  const keepRunning = (redisUrl: string): void => {
    if (isOver) return;
    child = spawn(process.execPath, [worker, connectionString, redisUrl], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    child.stdout?.on('data', (text: Buffer) => begun.push(...text.toString().trim().split('\n')));
    child.once('close', () => {
      deaths += 1;
      keepRunning(redisUrl);
    });
  };
  // Writes the rows alone; whoever works finds them there.
  const enqueue = (call: TestCall, names: readonly string[]) =>
    database.write(call, testDecision, async (tx) => {
      const ports = {} as JobContext['ports'];
      const queue = createOutbox({ database, ports, clock: systemClock, logger: silent });
      for (const providerId of names) await queue.enqueue(tx, call, 'provider.check-key', { providerId });
    });
  const open = (call: TestCall) =>
    database.read(call, async (tx) =>
      (await tx.selectFrom('app.job_outbox').selectAll().execute()).filter(
        ({ finished_at }) => finished_at === null,
      ),
    );

  it.each([
    ['in one process', () => ''],
    ['distributed by BullMQ', () => redis.url],
  ])(
    'R2: is run at most three times, keeps a code alone, and costs no other job its end (%s)',
    async (_name, redisUrl) => {
      const call = await newSubscription(database);
      [isOver, deaths, begun] = [false, 0, []];
      const innocent = ['one', 'two', 'three', 'four', 'five'];
      await enqueue(call, ['poison', ...innocent]);
      keepRunning(redisUrl());
      await expect.poll(() => open(call), { timeout: 120_000, interval: 100 }).toEqual([]);
      await enqueue(call, ['later']);
      await expect.poll(() => open(call), { timeout: 30_000, interval: 100 }).toEqual([]);

      expect(begun.filter((name) => name === 'poison')).toHaveLength(3);
      expect(deaths).toBe(3);
      // The first death took its neighbours with it, and no later one did.
      for (const name of innocent) expect(begun.filter((one) => one === name).length).toBeLessThanOrEqual(2);
      const rows = await database.read(call, (tx) =>
        tx.selectFrom('app.job_outbox').select(['ids', 'attempts', 'error_code']).execute(),
      );
      const ends = rows.map(
        ({ ids, error_code }) => `${(ids as { providerId: string }).providerId}: ${error_code}`,
      );
      expect(ends.toSorted()).toEqual(
        [...innocent.map((name) => `${name}: null`), 'later: null', 'poison: abandoned'].toSorted(),
      );
    },
    180_000,
  );
});
