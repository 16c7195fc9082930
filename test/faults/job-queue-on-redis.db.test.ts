import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBullmqOutbox, type BullmqOutboxOptions } from '../../src/adapters/outbox/bullmq-outbox.ts';
import { claimJobs } from '../../src/adapters/outbox/outbox-queries.ts';
import { commandTimeoutMs } from '../../src/adapters/redis/connection.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { JobContext, JobQueue, JobTable } from '../../src/ports/job-queue.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openBullmqQueue } from '../support/distributors.ts';
import { openLink, redisMissing, silent, startTestRedis, type TestRedis } from '../support/redis.ts';

// No job of these tests asks for one.
const noPorts = {} as JobContext['ports'];
const canary = 'canary-7731';
/** Keys of BullMQ that stay, hold no message and are no more than a few. */
const lasting =
  /^bull:jobs:(?:meta|id|pc|events|marker|stalled|stalled-check|wait|active|delayed|completed|failed)$/;

for (const { name, available, open } of engines) {
  describe.skipIf(!available || redisMissing !== '')(`the job queue on Redis and ${name}`, () => {
    let database: BookkeepingDatabase;
    let redis: TestRedis;
    let admin: Redis;
    let call: TestCall;
    let closings: (() => Promise<unknown>)[] = [];
    const ran: string[] = [];

    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database?.close());
    beforeEach(async () => {
      redis = await startTestRedis();
      admin = redis.admin();
      call = await newSubscription(database);
      ran.length = 0;
    });
    afterEach(async () => {
      for (const close of closings.toReversed()) await close();
      closings = [];
      await redis.remove();
      await database.bookkeep(call, (tx) => sql`delete from app.job_outbox`.execute(tx));
    });

    const openQueue = async (options: Partial<BullmqOutboxOptions> = {}) => {
      const { queue, ready, close } = openBullmqQueue(redis, {
        database,
        ports: noPorts,
        clock: systemClock,
        logger: silent,
        retryDelaySeconds: () => 0,
        ...options,
      });
      closings.push(close);
      await ready;
      return queue;
    };
    const work = (queue: JobQueue, run: JobTable['provider.check-key']) => {
      // The only job these tests make.
      closings.push(queue.work({ 'provider.check-key': run } as JobTable));
    };
    const note: JobTable['provider.check-key'] = async (_context, { providerId }) =>
      void ran.push(providerId);
    const enqueue = (queue: JobQueue, providerId: string) =>
      database.write(call, testDecision, (tx) =>
        queue.enqueue(tx, call, 'provider.check-key', { providerId }),
      );
    const bull = async () => {
      const connection = admin.duplicate({ maxRetriesPerRequest: null });
      await connection.ping();
      const queue = new Queue('jobs', { connection });
      closings.push(async () => {
        await queue.close();
        connection.disconnect();
      });
      return { queue, connection };
    };
    const messageKeys = async () => (await admin.keys('*')).filter((key) => !lasting.test(key));

    it('S23: Redis hears ids and nothing else, and no answer and no error of a job', async () => {
      const heard: string[] = [];
      const watcher = redis.admin();
      // A command that is heard before the answer to MONITOR breaks the client: nobody may still be connecting.
      await Promise.all([admin.ping(), watcher.ping()]);
      const monitor = await watcher.monitor();
      closings.push(async () => monitor.disconnect());
      monitor.on('monitor', (_time: string, words: string[]) => heard.push(words.join(' ')));
      const queue = await openQueue();
      work(queue, async (context) => {
        ran.push(String(context.attempt));
        if (context.attempt < 3) throw new Error(canary);
        return canary as unknown as undefined;
      });
      await enqueue(queue, canary);
      await expect.poll(() => ran).toEqual(['1', '2', '3']);
      await sleep(200);
      const text = heard.join('\n');
      expect(text).toContain(call.subscriptionId);
      expect(text).not.toContain(canary);
      expect(text).not.toContain('provider.check-key');
      const events = await admin.xrange('bull:jobs:events', '-', '+');
      expect(JSON.stringify(events)).toContain('completed');
      expect(JSON.stringify(events)).not.toContain(canary);
    });

    it('R4: a Redis that is too slow for the first question of BullMQ gets its messages as soon as it answers', async () => {
      let isFirst = true;
      const link = openLink(redis, {
        isFit: async () => {
          if (isFirst) redis.freeze();
          if (isFirst) setTimeout(() => redis.thaw(), 2 * commandTimeoutMs);
          isFirst = false;
          return true;
        },
      });
      const queue = createBullmqOutbox({
        database,
        ports: noPorts,
        clock: systemClock,
        logger: silent,
        redis: link,
      });
      closings.push(async () => {
        await queue.close();
        await link.close();
      });
      work(queue, note);
      await enqueue(queue, 'late');
      await expect.poll(() => ran, { timeout: 10_000 }).toEqual(['late']);
    });

    it('S24: after use every key without an end is one of the queue’s few', async () => {
      const queue = await openQueue();
      work(queue, note);
      for (let index = 0; index < 20; index += 1) await enqueue(queue, String(index));
      await expect.poll(() => ran.length).toBe(20);
      await sleep(300);
      const endless = [];
      for (const key of await admin.keys('*')) if ((await admin.ttl(key)) === -1) endless.push(key);
      expect(endless.length).toBeGreaterThan(0);
      expect(endless.filter((key) => !lasting.test(key))).toEqual([]);
    });

    it('S21, S22: messages and failures leave on a timer while nothing else happens', async () => {
      const { queue: planted, connection } = await bull();
      const worker = new Worker(
        'jobs',
        async ({ data }: { data: { fails?: boolean } }) => {
          if (data.fails === true) throw new Error('x');
        },
        { connection },
      );
      await planted.add('done', {});
      await planted.add('failed', { fails: true });
      await expect
        .poll(() => planted.getJobCounts('completed', 'failed'))
        .toEqual({ completed: 1, failed: 1 });
      await worker.close();
      await planted.add('waiting', {});
      await planted.add('later', {}, { delay: 3_600_000 });
      await planted.add('first', {}, { priority: 1 });
      expect(await messageKeys()).not.toEqual([]);

      // Nobody works: only the timed cleaning can remove them.
      await openQueue({ cleanMs: 100, ages: { messageMs: 700, failureMs: 2_000 } });
      await expect.poll(messageKeys, { timeout: 1_800 }).toEqual([expect.stringMatching(/^bull:jobs:\d+$/)]);
      expect(await planted.getJobCounts('failed', 'completed', 'wait', 'delayed', 'prioritized')).toEqual({
        failed: 1,
        completed: 0,
        wait: 0,
        delayed: 0,
        prioritized: 0,
      });
      await expect.poll(messageKeys, { timeout: 3_000 }).toEqual([]);
    });

    it('S21, S22: the usual ages are an hour and three days', async () => {
      const { queue: planted, connection } = await bull();
      const minutes = (count: number) => Date.now() - count * 60_000;
      for (const [jobId, age] of [
        ['young', 55],
        ['old', 61],
      ] as const) {
        await planted.add('x', {}, { jobId: `wait-${jobId}`, timestamp: minutes(age) });
        await planted.add('x', {}, { jobId: `delayed-${jobId}`, timestamp: minutes(age), delay: 7_200_000 });
      }
      for (const [jobId, hours] of [
        ['young', 71],
        ['old', 73],
      ] as const) {
        await connection.zadd('bull:jobs:failed', minutes(hours * 60), `failed-${jobId}`);
        await connection.hset(`bull:jobs:failed-${jobId}`, { finishedOn: minutes(hours * 60), data: '{}' });
      }
      await openQueue();
      await expect
        .poll(async () => (await messageKeys()).sort())
        .toEqual(['bull:jobs:delayed-young', 'bull:jobs:failed-young', 'bull:jobs:wait-young']);
    });

    it('S23: the stream of events is short and forgets after an hour', async () => {
      const age = (minutes: number) => `${Date.now() - minutes * 60_000}-0`;
      await admin.xadd('bull:jobs:events', age(70), 'event', 'old');
      await admin.xadd('bull:jobs:events', age(50), 'event', 'young');
      for (let index = 0; index < 400; index += 1) await admin.xadd('bull:jobs:events', '*', 'event', 'many');
      await openQueue();
      await expect.poll(() => admin.xlen('bull:jobs:events')).toBeLessThanOrEqual(100);
      await admin.del('bull:jobs:events');
      await admin.xadd('bull:jobs:events', age(70), 'event', 'old');
      await admin.xadd('bull:jobs:events', age(50), 'event', 'young');
      await openQueue();
      await expect
        .poll(async () => JSON.stringify(await admin.xrange('bull:jobs:events', '-', '+')))
        .not.toContain('old');
      expect(JSON.stringify(await admin.xrange('bull:jobs:events', '-', '+'))).toContain('young');
      expect(await admin.hget('bull:jobs:meta', 'opts.maxLenEvents')).toBe('100');
    });

    it('R4: a Redis lost with its messages costs no job, and changes go on meanwhile', async () => {
      const queue = await openQueue({ concurrency: 2 });
      const seen = new Map<string, number>();
      work(queue, async (_context, { providerId }) => {
        await sleep(20);
        seen.set(providerId, (seen.get(providerId) ?? 0) + 1);
      });
      const names = Array.from({ length: 60 }, (_, index) => String(index));
      for (const jobName of names.slice(0, 40)) await enqueue(queue, jobName);
      await redis.kill();
      let slowest = 0;
      for (const jobName of names.slice(40)) {
        const startedAt = performance.now();
        await enqueue(queue, jobName);
        slowest = Math.max(slowest, performance.now() - startedAt);
      }
      expect(slowest).toBeLessThan(200);
      await redis.start();
      const startedAt = performance.now();
      await expect.poll(() => seen.size, { timeout: 15_000 }).toBe(60);
      expect(performance.now() - startedAt).toBeLessThan(15_000);
      expect([...seen.values()].every((times) => times === 1)).toBe(true);
      // An empty Redis knows the limit of the stream again.
      expect(await admin.hget('bull:jobs:meta', 'opts.maxLenEvents')).toBe('100');
    });

    it('R4: messages that vanish without a word are fed again from the rows', async () => {
      const queue = await openQueue();
      for (const jobName of ['a', 'b', 'c']) await enqueue(queue, jobName);
      await expect.poll(() => admin.llen('bull:jobs:wait')).toBe(3);
      await admin.flushall();
      const worker = await openQueue();
      work(worker, note);
      await expect.poll(() => ran.toSorted(), { timeout: 15_000 }).toEqual(['a', 'b', 'c']);
    });

    it('R4: work goes on after a Redis that hung', async () => {
      const queue = await openQueue();
      work(queue, note);
      await enqueue(queue, 'before');
      await expect.poll(() => ran).toEqual(['before']);
      redis.freeze();
      await enqueue(queue, 'meanwhile');
      await sleep(2_000);
      redis.thaw();
      await expect.poll(() => ran, { timeout: 15_000 }).toEqual(['before', 'meanwhile']);
    });

    it('R4: a process that only takes requests gives its jobs to the one that works', async () => {
      const serving = await openQueue();
      const working = await openQueue();
      work(working, note);
      const startedAt = performance.now();
      await enqueue(serving, 'from the other');
      await expect.poll(() => ran).toEqual(['from the other']);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    });

    it('R1: a job whose process died runs again although Redis still believes it is running', async () => {
      const queue = await openQueue({ pollMs: 100 });
      await enqueue(queue, 'taken');
      const { queue: planted } = await bull();
      await expect.poll(() => planted.getWaitingCount()).toBe(1);
      // What the dead process leaves behind: a message on the list of active ones, and a leased row.
      await admin.lmove('bull:jobs:wait', 'bull:jobs:active', 'RIGHT', 'LEFT');
      await database.bookkeep(call, (tx) => claimJobs(tx, 1, 1));
      work(queue, note);
      await expect.poll(() => ran, { timeout: 15_000 }).toEqual(['taken']);
    });

    it('R4: stopping does not wait for a Redis that is away', async () => {
      const queue = await openQueue();
      const stop = queue.work({ 'provider.check-key': note } as JobTable);
      await enqueue(queue, 'one');
      await expect.poll(() => ran).toEqual(['one']);
      await redis.kill();
      const startedAt = performance.now();
      await stop();
      await queue.close();
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    });

    it('a message that names no job of ours is dropped without harm', async () => {
      const queue = await openQueue();
      work(queue, note);
      const { queue: planted } = await bull();
      await planted.add('job', { subscriptionId: "x'; drop table app.job_outbox", jobId: canary });
      await planted.add('job', { subscriptionId: call.subscriptionId, jobId: crypto.randomUUID() });
      await enqueue(queue, 'fine');
      await expect.poll(() => ran).toEqual(['fine']);
      expect(await planted.getJobCounts('failed', 'wait')).toEqual({ failed: 0, wait: 0 });
    });
  });
}
