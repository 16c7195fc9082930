import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { claimJobs } from '../../src/adapters/outbox/outbox-queries.ts';
import type { OutboxOptions } from '../../src/adapters/outbox/run-job.ts';
import { ProblemError } from '../../src/kernel/problem-error.ts';
import { insideTransaction } from '../../src/kernel/transaction-scope.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { JobContext, JobQueue, JobTable } from '../../src/ports/job-queue.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { distributors, type OpenDistributor } from '../support/distributors.ts';

// No job of these tests asks for one.
const noPorts = {} as JobContext['ports'];
const clock: Clock = { now: () => new Date(), elapsed: () => performance.now() };

const pairs = engines.flatMap((engine) => distributors.map((distributor) => ({ engine, distributor })));

for (const { engine, distributor } of pairs) {
  const isAvailable = engine.available && distributor.available;
  describe.skipIf(!isAvailable)(`R26: the job queue on ${engine.name}, ${distributor.name}`, () => {
    let database: BookkeepingDatabase;
    let opened: OpenDistributor;
    let stops: (() => Promise<void>)[] = [];
    const logged: string[] = [];
    const log = (event: string, fields?: object) => void logged.push(`${event} ${JSON.stringify(fields)}`);
    const logger: Logger = { info: log, warn: log, error: log };

    beforeAll(async () => {
      database = await engine.open();
      opened = await distributor.open();
    });
    afterEach(async () => {
      await Promise.all(stops.map((stop) => stop()));
      stops = [];
      await opened.closeQueues();
    });
    afterAll(async () => {
      await opened?.close();
      await database?.close();
    });

    const outbox = (options: Partial<OutboxOptions> = {}) =>
      opened.createQueue({
        database,
        ports: noPorts,
        clock,
        logger,
        pollMs: 10_000,
        retryDelaySeconds: () => 0,
        ...options,
      });
    const work = (queue: JobQueue, checkKey: JobTable['provider.check-key']) => {
      // The only job these tests make.
      const stop = queue.work({ 'provider.check-key': checkKey } as JobTable);
      stops.push(stop);
      return stop;
    };
    const enqueue = (queue: JobQueue, call: TestCall, providerId: string, dedupeKey?: string) =>
      database.write(call, testDecision, (tx) =>
        queue.enqueue(tx, call, 'provider.check-key', { providerId }, { dedupeKey }),
      );
    const rows = (call: TestCall) =>
      database.read(call, (tx) =>
        tx.selectFrom('app.job_outbox').selectAll().orderBy('created_at').execute(),
      );
    const until = async (condition: () => boolean | Promise<boolean>) => {
      const giveUpAt = performance.now() + 8_000;
      while (!(await condition())) {
        if (performance.now() > giveUpAt) throw new Error('waited for too long');
        await sleep(20);
      }
    };

    test('a job runs soon after its change is committed, outside of any transaction', async () => {
      const call = await newSubscription(database);
      const queue = outbox();
      const seen: [JobContext, string, boolean][] = [];
      work(queue, async (context, ids) => void seen.push([context, ids.providerId, insideTransaction()]));
      await sleep(100);
      const startedAt = performance.now();
      await enqueue(queue, call, 'p1');
      await until(() => seen.length > 0);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      expect(seen[0]).toMatchObject([
        { subscriptionId: call.subscriptionId, attempt: 1, actor: { kind: 'system' } },
        'p1',
        false,
      ]);
      await until(async () => (await rows(call))[0]?.finished_at !== null);
      expect(await rows(call)).toMatchObject([{ error_code: null, locked_until: null }]);
    });

    test('a job of a change that is rolled back does not exist', async () => {
      const call = await newSubscription(database);
      const queue = outbox();
      const failing = database.write(call, testDecision, async (tx) => {
        await queue.enqueue(tx, call, 'provider.check-key', { providerId: 'p' });
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await rows(call)).toEqual([]);
    });

    test('an unfinished job with the same dedupe key is not repeated', async () => {
      const call = await newSubscription(database);
      const queue = outbox();
      for (const key of ['same', 'same', 'other']) await enqueue(queue, call, 'p', key);
      expect(await rows(call)).toHaveLength(2);
      const ran: string[] = [];
      work(queue, async (_context, ids) => void ran.push(ids.providerId));
      await until(async () => (await rows(call)).every((row) => row.finished_at !== null));
      await enqueue(queue, call, 'later', 'same');
      await until(() => ran.length === 3);
    });

    test('a failing job is tried five times and keeps a code, never the text of the error', async () => {
      const call = await newSubscription(database);
      const queue = outbox();
      const attempts: number[] = [];
      work(queue, (context) => {
        attempts.push(context.attempt);
        return Promise.reject(
          attempts.length === 5 ? new ProblemError('provider-auth') : new Error('canary-5512'),
        );
      });
      await enqueue(queue, call, 'p');
      await until(async () => (await rows(call))[0]?.finished_at !== null);
      expect(attempts).toEqual([1, 2, 3, 4, 5]);
      expect(await rows(call)).toMatchObject([{ attempts: 5, error_code: 'provider-auth' }]);
      expect(logged.join('\n')).not.toContain('canary-5512');
    });

    test('a job whose process died is taken over when its lease ends', async () => {
      const call = await newSubscription(database);
      const queue = outbox({ pollMs: 100 });
      await enqueue(queue, call, 'p');
      const claimed = await database.bookkeep(call, (tx) => claimJobs(tx, 10, 1));
      expect(claimed).toMatchObject([{ attempt: 1 }]);
      expect(await database.bookkeep(call, (tx) => claimJobs(tx, 10, 1))).toEqual([]);
      const attempts: number[] = [];
      work(queue, async (context) => void attempts.push(context.attempt));
      await sleep(300);
      expect(attempts).toEqual([]);
      await until(() => attempts.length === 1);
      expect(attempts).toEqual([2]);
    });

    /** As a process leaves a job behind that it took `attempts` times and died of each time. */
    const leaveBehind = (call: TestCall, providerId: string, attempts: number) =>
      database.bookkeep(call, (tx) =>
        sql`update app.job_outbox set attempts = ${attempts}, locked_until = app.now() - interval '1 second'
          where ids ->> 'providerId' = ${providerId}`.execute(tx),
      );

    test('R2: a job whose process died three times is not run again, keeps a code, and the queue drains', async () => {
      const call = await newSubscription(database);
      const queue = outbox({ pollMs: 50 });
      for (const name of ['poison', 'twice', 'new']) await enqueue(queue, call, name);
      await leaveBehind(call, 'poison', 3);
      await leaveBehind(call, 'twice', 2);
      const ran: string[] = [];
      work(queue, async ({ attempt }, { providerId }) => void ran.push(`${providerId} ${attempt}`));
      await until(async () => (await rows(call)).every((row) => row.finished_at !== null));
      expect(ran.toSorted()).toEqual(['new 1', 'twice 3']);
      expect((await rows(call)).map(({ ids, attempts, error_code }) => [ids, attempts, error_code])).toEqual([
        [{ providerId: 'poison' }, 3, 'abandoned'],
        [{ providerId: 'twice' }, 3, null],
        [{ providerId: 'new' }, 1, null],
      ]);
      expect(logged.filter((line) => line.startsWith('jobs.failed') && line.includes('abandoned'))).toEqual([
        expect.stringContaining(call.subscriptionId),
      ]);
    });

    test('R2: a job whose process died runs alone, so that it takes no other with it again', async () => {
      const call = await newSubscription(database);
      const queue = outbox({ pollMs: 50 });
      const names = ['a', 'b', 'suspect', 'c', 'd', 'e'];
      for (const name of names) await enqueue(queue, call, name);
      await leaveBehind(call, 'suspect', 1);
      const running = new Set<string>();
      const together: string[][] = [];
      work(queue, async (_context, { providerId }) => {
        running.add(providerId);
        together.push([...running]);
        await sleep(150);
        running.delete(providerId);
      });
      await until(async () => (await rows(call)).every((row) => row.finished_at !== null));
      expect(together.filter((group) => group.includes('suspect'))).toEqual([['suspect']]);
      expect(Math.max(...together.map((group) => group.length))).toBeGreaterThan(1);
    });

    test('a job that runs for longer than its lease keeps it, until its process is gone', async () => {
      const call = await newSubscription(database);
      const queues = [outbox({ pollMs: 50, leaseSeconds: 0.4 }), outbox({ pollMs: 50, leaseSeconds: 0.4 })];
      const attempts: number[] = [];
      for (const queue of queues)
        work(queue, async (context) => {
          if (context.subscriptionId !== call.subscriptionId) return;
          attempts.push(context.attempt);
          await sleep(1_000);
        });
      await enqueue(queues[0] ?? outbox(), call, 'p');
      await until(async () => (await rows(call))[0]?.finished_at !== null);
      expect(attempts).toEqual([1]);
    });

    test('a job that runs past its deadline is told to stop, and another process may take it', async () => {
      const call = await newSubscription(database);
      const queue = outbox({ pollMs: 50, leaseSeconds: 0.4, deadlineSeconds: 0.5 });
      const aborted: number[] = [];
      let goOn = () => {};
      const hangs = new Promise<void>((resolve) => (goOn = resolve));
      work(queue, (context) => {
        if (context.attempt > 1) return Promise.resolve();
        context.signal.addEventListener('abort', () => aborted.push(context.attempt));
        return hangs;
      });
      await enqueue(queue, call, 'p');
      await until(async () => (await rows(call))[0]?.finished_at !== null);
      goOn();
      expect(aborted).toEqual([1]);
      expect(await rows(call)).toMatchObject([{ attempts: 2, error_code: null }]);
    });

    test('a delayed job waits for its time', async () => {
      const call = await newSubscription(database);
      const queue = outbox({ pollMs: 50 });
      let ran = 0;
      work(queue, async (context) => void (context.subscriptionId === call.subscriptionId && (ran += 1)));
      await database.write(call, testDecision, (tx) =>
        queue.enqueue(tx, call, 'provider.check-key', { providerId: 'p' }, { delaySeconds: 1 }),
      );
      await sleep(500);
      expect(ran).toBe(0);
      await until(() => ran === 1);
    });

    test('stopping waits for running jobs and starts no more', async () => {
      const call = await newSubscription(database);
      const queue = outbox({ concurrency: 1 });
      let ended = 0;
      const stop = work(queue, async () => {
        await sleep(300);
        ended += 1;
      });
      await enqueue(queue, call, 'a');
      await enqueue(queue, call, 'b');
      await until(async () => (await rows(call)).some((row) => row.locked_until !== null));
      await stop();
      expect(ended).toBe(1);
      expect((await rows(call)).filter((row) => row.finished_at === null)).toHaveLength(1);
    });

    test('two dispatchers never run one job twice', async () => {
      const call = await newSubscription(database);
      const queues = [outbox(), outbox()];
      const ran: string[] = [];
      for (const queue of queues) {
        work(queue, async (context, ids) => {
          if (context.subscriptionId === call.subscriptionId) ran.push(ids.providerId);
        });
      }
      const names = Array.from({ length: 20 }, (_, index) => String(index));
      await Promise.all(names.map((name, index) => enqueue(queues[index % 2] ?? outbox(), call, name)));
      await until(async () => (await rows(call)).every((row) => row.finished_at !== null));
      expect(ran.sort()).toEqual(names.sort());
    });

    test('finished jobs leave after an hour and failed ones after three days', async () => {
      const call = await newSubscription(database);
      const queue = outbox();
      for (const name of ['fresh', 'old', 'failed', 'old-failed', 'open']) await enqueue(queue, call, name);
      const age = (name: string, interval: string, code: string | null) =>
        database.bookkeep(call, (tx) =>
          sql`update app.job_outbox set finished_at = app.now() - ${interval}::interval, error_code = ${code}
          where ids ->> 'providerId' = ${name}`.execute(tx),
        );
      await age('fresh', '50 minutes', null);
      await age('old', '61 minutes', null);
      await age('failed', '2 days', 'internal');
      await age('old-failed', '73 hours', 'internal');
      expect(await database.lookup((lookups) => lookups.sweep('job_outbox', 1_000))).toEqual([
        { subscriptionId: call.subscriptionId, rows: 2 },
      ]);
      const left = (await rows(call)).map((row) => (row.ids as { providerId?: string }).providerId);
      expect(new Set(left)).toEqual(new Set(['failed', 'fresh', 'open']));
    });
  });
}
