// Works on jobs until none is left; the job `poison` kills this process. Says which job it begins before it does.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import type { OutboxOptions } from '../../src/adapters/outbox/run-job.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { JobContext, JobTable } from '../../src/ports/job-queue.ts';
import { openBullmqQueue } from './distributors.ts';
import { silent } from './redis.ts';

const [connectionString = '', redisUrl = ''] = process.argv.slice(2);
const options: OutboxOptions = {
  database: await openPostgres({ connectionString }),
  ports: {} as JobContext['ports'],
  clock: systemClock,
  logger: silent,
  pollMs: 50,
  leaseSeconds: 2,
};
const queue = redisUrl === '' ? createOutbox(options) : openBullmqQueue({ url: redisUrl }, options).queue;
const job: JobTable['provider.check-key'] = async (_context, { providerId }) => {
  // Not through a stream: what it still holds would die with the process.
  writeSync(1, `${providerId}\n`);
  // Time for the others to begin as well.
  await sleep(300);
  if (providerId === 'poison') process.kill(process.pid, 'SIGKILL');
  await sleep(200);
};
// Whoever started this process is gone.
process.once('disconnect', () => process.exit());
queue.work({ 'provider.check-key': job } as JobTable);
