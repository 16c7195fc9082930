// Works on triage jobs in a process of its own, and kills itself where the parent says.
import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { JobContext } from '../../src/ports/job-queue.ts';
import { silent } from '../support/redis.ts';
import { openTestSecrets } from '../support/secrets.ts';
import { triageJobs, watched, type Between } from '../support/triage.ts';
import { zendeskParts } from '../support/zendesk-oauth.ts';

/** Where the process dies: with a decision it has not sent, or with a change at Zendesk it has not noted. */
export type Death = 'before' | 'after' | 'never';

const [connectionString = '', rootKey = '', zendeskUrl = '', death = 'never'] = process.argv.slice(2);
const killed = (where: Death) => (): void => {
  if (death === where) process.kill(process.pid, 'SIGKILL');
};
const database = await openPostgres({ connectionString, logger: silent });
const { secretBox } = await openTestSecrets(database, parseRootKey(rootKey, 'The test'));
const parts = zendeskParts({ database, secretBox, origins: { acme: zendeskUrl } });
const between: Between = { deciding: () => {}, before: killed('before'), after: killed('after') };
const helpDesk = watched(parts.ports.helpDesk, between);
const outbox = createOutbox({
  database,
  ports: { ...parts.ports, helpDesk } as unknown as JobContext['ports'],
  clock: systemClock,
  logger: silent,
  pollMs: 100,
  leaseSeconds: 2,
});
// Whoever started this process is gone.
process.once('disconnect', () => process.exit());
outbox.work(triageJobs(parts, helpDesk, between));
