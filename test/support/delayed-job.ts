// Enqueues one job that is due in a second and works until it has run: run with a moved clock to see that only the database's counts.
import { setTimeout as sleep } from 'node:timers/promises';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { JobContext, JobTable } from '../../src/ports/job-queue.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { newSubscription, testDecision } from './calls.ts';

const [connectionString = ''] = process.argv.slice(2);
const logger: Logger = { info: () => {}, warn: () => {}, error: () => {} };
const database = await openPostgres({ connectionString });
const call = await newSubscription(database);
const jobs = createOutbox({
  database,
  ports: {} as JobContext['ports'],
  clock: systemClock,
  logger,
  pollMs: 50,
});
let runs = 0;
let ranAfterMs = -1;
const startedAt = performance.now();
const stop = jobs.work({
  'provider.check-key': async () => {
    runs += 1;
    ranAfterMs = performance.now() - startedAt;
  },
} as Partial<JobTable> as JobTable);
await database.write(call, testDecision, (tx) =>
  jobs.enqueue(tx, call, 'provider.check-key', { providerId: 'x' }, { delaySeconds: 1 }),
);
while (runs === 0 && performance.now() - startedAt < 10_000) await sleep(20);
// Long enough for a second run, if the lease were counted by this process's clock.
await sleep(500);
await stop();
await database.close();
process.stdout.write(JSON.stringify({ runs, ranAfterMs: Math.round(ranAfterMs), clock: Date.now() }));
