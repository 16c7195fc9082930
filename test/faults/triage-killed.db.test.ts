import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import type { TriageChange } from '../../src/contract/triage.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { silent } from '../support/redis.ts';
import { applyRules, newTicket, openTriage, ownAudits, type TriageTest } from '../support/triage.ts';
import type { Death } from './triage-worker.ts';

const available = engines.some(({ name, available: is }) => name === 'postgres' && is);

// True processes that die by SIGKILL; Zendesk and the database live on.
describe.skipIf(!available)('a worker that is killed while it triages', () => {
  const rootKey = randomBytes(32).toString('base64');
  let connectionString: string;
  let database: BookkeepingDatabase;
  let triage: TriageTest;
  let subscriptionId: string;
  let children: ChildProcess[] = [];

  beforeAll(async () => {
    connectionString = appConnectionString(await copyTemplate());
    database = await openPostgres({ connectionString, logger: silent });
    triage = await openTriage(database, { rootKey: parseRootKey(rootKey, 'The test'), works: false });
    subscriptionId = await triage.connect();
    await triage.must('PUT', '/v1/triage/rules', applyRules);
    await triage.must('PUT', '/v1/triage/webhook');
  });
  afterEach(async () => {
    await Promise.all(children.map(end));
    children = [];
  });
  afterAll(async () => {
    await triage?.close();
    await database?.close();
  });

  const start = (death: Death): ChildProcess => {
    const child = fork(
      join(import.meta.dirname, 'triage-worker.ts'),
      [connectionString, rootKey, triage.zendesk.url, death],
      { execArgv: [] },
    );
    children.push(child);
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const changesOf = async (ticketId: number): Promise<readonly TriageChange[]> =>
    ((await triage.must('GET', '/v1/triage/changes'))['changes'] as readonly TriageChange[]).filter(
      (change) => change.ticketId === ticketId,
    );
  const auditedTimes = async (ticketId: number): Promise<number> =>
    (
      await database.read({ subscriptionId }, (tx) =>
        tx
          .selectFrom('app.audit_event')
          .select('sequence')
          .where('action', '=', 'triage.applied')
          .where('target', '=', String(ticketId))
          .execute(),
      )
    ).length;

  it.each([
    { death: 'before', written: 0 },
    { death: 'after', written: 1 },
  ] as const)(
    'leaves one change when a worker dies $death the write, and notes its audit',
    async ({ death, written }) => {
      const ticket = await newTicket(triage.zendesk);
      const [first] = await once(start(death), 'exit');
      expect(first).toBeNull();
      expect(ownAudits(ticket)).toHaveLength(written);
      expect(await changesOf(ticket.id)).toEqual([]);
      if (death === 'before') {
        await once(start(death), 'exit');
        expect(ownAudits(ticket)).toEqual([]);
      }
      start('never');
      start('never');
      await expect.poll(async () => (await changesOf(ticket.id)).length, { timeout: 50_000 }).toBe(1);
      const [change] = await changesOf(ticket.id);
      expect(ownAudits(ticket).map(({ id }) => id)).toEqual([change?.auditId]);
      expect(change).toMatchObject({
        outcome: 'applied',
        band: 'medium',
        fields: expect.arrayContaining(['priority', 'custom_fields_360001', 'tags']),
      });
      expect(await auditedTimes(ticket.id)).toBe(1);
      expect(ticket.comments.filter((comment) => !comment.public)).toHaveLength(1);
    },
    120_000,
  );

  it('leaves one change on each of five tickets when workers die while they write several at once', async () => {
    const tickets = await Promise.all(Array.from({ length: 5 }, () => newTicket(triage.zendesk)));
    for (let deaths = 0; deaths < 2; deaths += 1) await once(start('after'), 'exit');
    start('never');
    start('never');
    for (const ticket of tickets)
      await expect.poll(async () => (await changesOf(ticket.id)).length, { timeout: 50_000 }).toBe(1);
    expect(tickets.map((ticket) => ownAudits(ticket).length)).toEqual([1, 1, 1, 1, 1]);
    expect(await Promise.all(tickets.map(({ id }) => auditedTimes(id)))).toEqual([1, 1, 1, 1, 1]);
  }, 120_000);
});
