import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import type { FeedbackReport, UsageReport } from '../../src/contract/usage.ts';
import type { Receipt } from '../../src/contract/stream-events.ts';
import { addUsageRoutes } from '../../src/http/routes/usage-routes.ts';
import type { Database } from '../../src/ports/database.ts';
import { CallLedger } from '../../src/services/usage/call-ledger.ts';
import { FeedbackBook } from '../../src/services/usage/feedback-book.ts';
import { newSubscription, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openWithClock } from '../support/database-clock.ts';
import { receiptOf } from '../support/receipts.ts';
import { openRoutesOfLead, type RoutesOfLead } from '../support/routes-of-lead.ts';

/** What a call uses that asks no model. */
const nothing = {
  providerCalls: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costNanoUsd: 0,
};
const day = (ago = 0) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);

describe.each(engines.filter(({ available }) => available))('usage on $name', (engine) => {
  let lead: RoutesOfLead;
  let ledger: CallLedger;
  let book: FeedbackBook;
  let call: TestCall;
  /** Routes are added before their services can be made: these hand on. */
  const later = {
    ledger: { flush: () => ledger.flush() },
    feedbackBook: { record: (...said: Parameters<FeedbackBook['record']>) => book.record(...said) },
  };
  beforeAll(async () => {
    lead = await openRoutesOfLead(engine, addUsageRoutes, { context: later });
    const ports = {
      database: lead.database,
      ids: uuidIds,
      clock: systemClock,
      logger: createLogger({ level: 'silent' }),
    };
    ledger = new CallLedger(ports);
    book = new FeedbackBook(ports, ledger);
  });
  beforeEach(async () => {
    call = await lead.newLead();
  });
  afterAll(() => lead?.close());

  const record = (more: Partial<Receipt> = {}, zendeskAgentId = 9001): string => {
    const receipt = receiptOf(more);
    ledger.record(call.subscriptionId, { receipt, zendeskAgentId });
    return receipt.id;
  };
  const usage = async (by = 'day'): Promise<UsageReport> =>
    (await lead.send('GET', `/v1/usage?from=${day(30)}&to=${day()}&by=${by}`)).body;
  const feedback = async (): Promise<FeedbackReport['rows']> =>
    ((await lead.send('GET', `/v1/usage/feedback?from=${day(30)}&to=${day()}`)).body as FeedbackReport).rows;
  const say = (kind: 'feedback' | 'outcome', value: object, agent = 9001) =>
    book.record(call.subscriptionId, agent, { kind, value } as Parameters<FeedbackBook['record']>[2]);

  it('counts calls, tokens by class, cost with its quality, by feature, model and day', async () => {
    record({ costNanoUsd: 2_000, costQuality: 'catalog' });
    record({ costNanoUsd: null, costQuality: 'unknown', model: 'm2' });
    record({ feature: 'ask', costNanoUsd: 500, costQuality: 'estimated' });
    record({ feature: 'ask', providerKind: 'none', model: '', ...nothing });
    const byFeature = await usage('feature');
    expect(byFeature.total).toMatchObject({
      calls: 4,
      modelCalls: 3,
      inputTokens: 300,
      cachedInputTokens: 120,
      outputTokens: 30,
      reasoningTokens: 9,
      costNanoUsd: 2_500,
      costQuality: { provider: 0, catalog: 1, family: 0, estimated: 1, unknown: 1 },
      unpricedCalls: 1,
      acceptance: null,
    });
    expect(byFeature.rows.map(({ key, calls }) => [key, calls])).toEqual([
      ['ask', 2],
      ['suggest-reply', 2],
    ]);
    expect(
      (await usage('model')).rows.map(({ key, providerKind, calls }) => [providerKind, key, calls]),
    ).toEqual([
      ['none', '', 1],
      ['openai', 'm', 2],
      ['openai', 'm2', 1],
    ]);
    expect((await usage('day')).rows.map(({ key, calls }) => [key, calls])).toEqual([[day(), 4]]);
  });

  it('shows nothing of another subscription, and refuses a span that is upside down or too long', async () => {
    record();
    await ledger.flush();
    await lead.newLead();
    expect((await usage()).total.calls).toBe(0);
    expect((await lead.send('GET', '/v1/usage/receipts')).body).toEqual({ receipts: [], next: null });
    for (const query of [
      '',
      '?from=2026-02-30&to=2026-03-01',
      '?from=2026-03-02&to=2026-03-01',
      '?from=2024-01-01&to=2026-01-01',
    ])
      expect((await lead.send('GET', `/v1/usage${query}`)).status, query).toBe(400);
  });

  it('pages through receipts, newest first, each once, filtered', async () => {
    const ids = Array.from({ length: 7 }, (_, at) =>
      record({ feature: at % 2 === 0 ? 'ask' : 'suggest-tags' }),
    );
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page = (
        await lead.send('GET', `/v1/usage/receipts?limit=3${next === '' ? '' : `&after=${next}`}`)
      ).body as {
        receipts: Receipt[];
        next: string | null;
      };
      seen.push(...page.receipts.map(({ id }) => id));
      next = page.next;
    }
    // Ids of the same millisecond have an order of their own.
    expect(seen).toEqual(ids.toSorted().toReversed());
    const asks = (await lead.send('GET', '/v1/usage/receipts?feature=ask')).body as { receipts: Receipt[] };
    expect(asks.receipts).toHaveLength(4);
    expect((await lead.send('GET', '/v1/usage/receipts?after=x')).status).toBe(400);
  });

  it('gives a month as CSV in which a name is no formula', async () => {
    record({ model: '=HYPERLINK("x")', costNanoUsd: 1_500_000_000 });
    const month = day().slice(0, 7);
    const answer = await lead.app.inject(`/v1/usage/${month}.csv`);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(answer.body.split('\r\n')[1]).toBe(
      `${day()},suggest-reply,openai,"'=HYPERLINK(""x"")",0,1,1,100,40,10,3,1.500000,0,0,0,0,0,0`,
    );
    expect((await lead.send('GET', '/v1/usage/2026-13.csv')).status).toBe(400);
  });

  it('counts what agents say by version of the instructions and model, the last word of each answer once', async () => {
    const first = record({ promptVersion: 2 });
    const second = record({ promptVersion: 2 });
    record({ promptVersion: 3 });
    say('feedback', { receiptId: first, verdict: 'down', reason: 'made-up' });
    say('outcome', { receiptId: first, outcome: 'edited', editDistanceShare: 40 });
    say('feedback', { receiptId: second, verdict: 'up' });
    say('outcome', { receiptId: second, outcome: 'discarded' });
    await book.flush();
    const [version] = await feedback();
    expect(version).toMatchObject({ promptVersion: 2, calls: 2, up: 1, down: 1, reasons: { 'made-up': 1 } });
    expect(version).toMatchObject({ edited: 1, discarded: 1, acceptance: 50, meanEditShare: 40 });
    say('feedback', { receiptId: first, verdict: 'up' });
    say('outcome', { receiptId: first, outcome: 'edited', editDistanceShare: 10 });
    say('outcome', { receiptId: second, outcome: 'inserted', editDistanceShare: 0 });
    await book.flush();
    expect((await feedback())[0]).toMatchObject({
      calls: 2,
      up: 2,
      down: 0,
      reasons: {},
      inserted: 1,
      edited: 1,
      discarded: 0,
      acceptance: 100,
      meanEditShare: 5,
    });
    expect((await usage()).total).toMatchObject({ up: 2, down: 0, inserted: 1, edited: 1 });
  });

  it('takes the word of nobody but the agent who had the answer, and waits for a receipt that is not there yet', async () => {
    const receipt = receiptOf();
    say('feedback', { receiptId: receipt.id, verdict: 'down' }, 9002);
    say('feedback', { receiptId: receipt.id, verdict: 'up' });
    say('feedback', { receiptId: randomUUID(), verdict: 'up' });
    await book.flush();
    ledger.record(call.subscriptionId, { receipt, zendeskAgentId: 9001 });
    await book.flush();
    expect((await usage()).total).toMatchObject({ up: 1, down: 0 });
    const rated = await lead.database.read(call, (tx) =>
      tx.selectFrom('app.audit_event').select('facts').where('action', '=', 'answers.rated').execute(),
    );
    expect(rated).toHaveLength(1);
  });

  it('counts batches of several processes at once without loss', async () => {
    const writers = Array.from(
      { length: 4 },
      () =>
        new CallLedger({
          database: lead.database as Database,
          ids: uuidIds,
          clock: systemClock,
          logger: createLogger({ level: 'silent' }),
        }),
    );
    for (let at = 0; at < 200; at += 1)
      writers[at % 4]?.record(call.subscriptionId, {
        receipt: receiptOf({ feature: at % 3 === 0 ? 'ask' : 'suggest-tags', model: `m${at % 5}` }),
        zendeskAgentId: 9001,
      });
    await Promise.all(writers.map((writer) => writer.flush()));
    expect((await usage()).total).toMatchObject({ calls: 200, inputTokens: 20_000 });
  });
});

describe.each(engines.filter(({ available }) => available))('totals of days on $name', (engine) => {
  it('P10: are the same before and after receipts go, to the last call', async () => {
    const clocked = await openWithClock(engine);
    const call = await newSubscription(clocked.database);
    const ports = {
      database: clocked.database,
      ids: uuidIds,
      clock: systemClock,
      logger: createLogger({ level: 'silent' }),
    };
    const ledger = new CallLedger(ports);
    for (let at = 0; at < 50; at += 1)
      ledger.record(call.subscriptionId, {
        receipt: receiptOf({ feature: `f${at % 3}` }),
        zendeskAgentId: 1,
      });
    await ledger.flush();
    const totals = () =>
      clocked.database.read(call, (tx) =>
        tx.selectFrom('app.usage_day').selectAll().orderBy('feature').execute(),
      );
    const before = await totals();
    expect(before.map(({ calls }) => Number(calls)).reduce((sum, calls) => sum + calls, 0)).toBe(50);
    await clocked.moveClock(24 * 91);
    expect(await clocked.database.lookup((lookups) => lookups.sweep('receipt', 20))).toEqual([
      { subscriptionId: call.subscriptionId, rows: 20 },
    ]);
    expect(await totals()).toEqual(before);
    await clocked.database.lookup((lookups) => lookups.sweep('receipt', 1_000));
    expect(await totals()).toEqual(before);
    await clocked.close();
  });
});
