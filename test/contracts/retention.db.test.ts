import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { scheduleCleanUp } from '../../src/jobs/schedule-clean-up.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import { holdSubscription, liftHold } from '../../src/services/subscriptions/hold-subscription.ts';
import { retentionRules, type RetentionRuleName } from '../../src/services/retention/retention-rules.ts';
import { sweepRetention } from '../../src/services/retention/sweep-retention.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openWithClock, type ClockedDatabase } from '../support/database-clock.ts';
import { sealedSample, seeds } from '../support/isolation-check.ts';
import { openOperator, type TestOperator } from '../support/operators.ts';

const auditDays = 400;
const soon = "app.now() + interval '2 hours'";

interface Kept {
  readonly rule: RetentionRuleName;
  /** What is there as long as the rule has not taken it. */
  readonly rows: string;
  /** Makes its age begin two hours after the seeds; absent: with them. */
  readonly begin?: string;
  /** Where it is not what the rule says. */
  readonly hours?: number;
}

const kept: readonly Kept[] = [
  {
    rule: 'job_outbox',
    rows: "app.job_outbox where name = 'provider.check-key'",
    begin: `update app.job_outbox set finished_at = ${soon} where name = 'provider.check-key'`,
  },
  {
    rule: 'job_outbox',
    rows: "app.job_outbox where name = 'failed'",
    begin: `insert into app.job_outbox (subscription_id, name, ids, finished_at, error_code)
      values (app.subscription(), 'failed', '{}', ${soon}, 'internal')`,
    hours: 72,
  },
  { rule: 'receipt', rows: 'app.receipt', begin: `update app.receipt set at = ${soon}, ticket_id = 35436` },
  { rule: 'receipt_ticket', rows: 'app.receipt where ticket_id is not null' },
  {
    rule: 'refresh_token',
    rows: 'app.refresh_token',
    begin: `update app.refresh_token set expires_at = ${soon}`,
  },
  {
    rule: 'console_session',
    rows: 'app.console_session',
    begin: `update app.console_session set absolute_expires_at = ${soon}`,
  },
  {
    rule: 'sign_in_challenge',
    rows: 'app.sign_in_challenge',
    begin: `update app.sign_in_challenge set expires_at = ${soon}`,
  },
  {
    rule: 'one_time_link',
    rows: 'app.one_time_link',
    begin: `update app.one_time_link set expires_at = ${soon}`,
  },
  {
    rule: 'oauth_state',
    rows: 'app.oauth_state',
    begin: `delete from app.oauth_state; insert into app.oauth_state (subscription_id, id, state_hash, browser_hash, subdomain,
      redirect_uri, client_kind, client_id, verifier, scopes, expires_at)
      select id, id, md5(id::text) || md5(id::text), repeat('c', 64), 'acme', 'https://x', 'own', 'id', '${sealedSample}', 'read', ${soon}
      from app.subscription`,
  },
  {
    rule: 'admin_token',
    rows: 'app.admin_token',
    begin: `update app.admin_token set expires_at = ${soon} + interval '1 year', revoked_at = ${soon}`,
  },
  {
    rule: 'signing_key',
    rows: 'app.signing_key',
    begin: `update app.signing_key set verifies_until = ${soon}`,
  },
  {
    rule: 'pending_factor',
    rows: 'app.second_factor where pending_secret is not null',
    begin: `update app.second_factor set pending_secret = '${sealedSample}', pending_until = ${soon}`,
  },
  {
    rule: 'previous_key',
    rows: 'app.subscription where previous_key_hash is not null',
    begin: `update app.subscription set previous_key_hash = md5(id::text) || md5(id::text), previous_key_until = ${soon}`,
  },
  {
    rule: 'triage_change',
    rows: 'app.triage_change',
    begin: `update app.triage_change set at = ${soon}`,
  },
  {
    rule: 'chat_delivery',
    rows: 'app.chat_delivery',
    begin: `update app.chat_delivery set expires_at = ${soon}`,
  },
  { rule: 'audit_event', rows: "app.audit_event where action = 'test.ran'" },
];

/** Hours of a duration as the rules write it. */
function hoursOf(keeps: string | undefined): number {
  const [, number, unit] = /^(\d+) (hour|day)s?$/.exec(keeps ?? '0 hours') ?? [];
  if (number === undefined) throw new Error(`no duration: ${keeps}`);
  return Number(number) * (unit === 'day' ? 24 : 1);
}
const endOf = ({ rule, begin, hours }: Kept): number =>
  (hours ?? hoursOf(retentionRules[rule].keeps)) + (begin === undefined && rule === 'audit_event' ? 0 : 2);

for (const engine of engines) {
  describe.skipIf(!engine.available)(`retention on ${engine.name}`, () => {
    let clocked: ClockedDatabase;
    let operator: TestOperator;
    beforeAll(async () => {
      clocked = await openWithClock(engine);
      operator = await openOperator(clocked.database);
    });
    afterEach(() => clocked?.moveClock(0));
    afterAll(() => clocked?.close());

    const run = (call: Pick<TestCall, 'subscriptionId'>, statement: string) =>
      clocked.database.bookkeep(call, (tx) => sql.raw(statement).execute(tx));
    const count = async (call: Pick<TestCall, 'subscriptionId'>, rows: string): Promise<number> => {
      const { rows: found } = await clocked.database.read(call, (tx) =>
        sql<{ count: string }>`select count(*) as count from ${sql.raw(rows)}`.execute(tx),
      );
      return Number(found[0]?.count);
    };
    const sweep = () => sweepRetention(operator.callFor(platformSubscriptionId), auditDays);
    const sweepAll = async () => {
      await clocked.database.lookup((lookups) => lookups.sweep('job_outbox', 1_000));
      return sweep();
    };
    const auditOf = async (call: TestCall, action: string) =>
      clocked.database.read(call, (tx) =>
        tx
          .selectFrom('app.audit_event')
          .select(['actor_kind', 'outcome', 'facts'])
          .where('action', '=', action)
          .orderBy('sequence')
          .execute(),
      );
    const breaksOf = (call: TestCall) => count(call, 'app.audit_breaks()');
    async function filled(): Promise<TestCall> {
      const call = await newSubscription(clocked.database);
      for (const seed of seeds(call.subscriptionId)) await run(call, seed);
      for (const { begin } of kept)
        for (const statement of begin?.split('; ') ?? []) await run(call, statement);
      return call;
    }
    const receipts = (call: TestCall, number: number, at: string) =>
      run(
        call,
        `insert into app.receipt (subscription_id, feature, ticket_id, provider_kind, provider_host, model, demo, comments_sent,
          sources_sent, values_masked, provider_calls, help_desk_calls, input_tokens, cached_input_tokens, output_tokens,
          reasoning_tokens, cost_nano_usd, cost_quality, outcome, at, duration_ms)
        select app.subscription(), 'summarize-ticket', 7, 'openai', 'api.openai.com', 'm', false, 1, 0, 0, 1, 1, 10, 1, 5, 2,
          case when one % 5 = 0 then null else 1000 end,
          case when one % 5 = 0 then 'unknown' else 'catalog' end, 'ok', ${at}, 12
        from generate_series(1, ${number}) as one`,
      );

    it('S25, S26, S30, P10, P17: everything stays to the hour as long as promised, then goes; under a legal hold it stays', async () => {
      const [call, held] = [await filled(), await filled()];
      await holdSubscription(operator.callFor(held.subscriptionId), operator.settings, 'case 7');
      expect(new Set(kept.map(({ rule }) => rule))).toEqual(new Set(Object.keys(retentionRules)));
      const moments = [...new Set(kept.flatMap((one) => [endOf(one) - 1, endOf(one) + 1]))].sort(
        (one, other) => one - other,
      );
      for (const hours of moments) {
        await clocked.moveClock(hours);
        await sweepAll();
        for (const one of kept) {
          const label = `${one.rows} after ${hours} of ${endOf(one)} hours`;
          expect((await count(call, one.rows)) > 0, label).toBe(hours < endOf(one));
          expect(await count(held, one.rows), label).toBeGreaterThan(0);
        }
        expect([await breaksOf(call), await breaksOf(held)]).toEqual([0, 0]);
      }
      const passedBy = await auditOf(held, 'subscription.hold-respected');
      expect(passedBy.every(({ facts }) => facts['what'] === 'retention')).toBe(true);
      // Moments on the same day make one entry.
      expect(passedBy.length).toBeGreaterThan(3);
      expect(passedBy.length).toBeLessThan(moments.length);
      await liftHold(operator.callFor(held.subscriptionId), operator.settings);
      await sweepAll();
      for (const { rows } of kept) expect(await count(held, rows), rows).toBe(0);
      expect(await breaksOf(held)).toBe(0);
    });

    it('P10, P14: sweeps in batches of at most 1,000, keeps the totals of their day, and says it by counts', async () => {
      const call = await newSubscription(clocked.database);
      await receipts(call, 2_500, "timestamptz '2026-03-02 12:00Z'");
      await clocked.moveClock(24 * 400);
      const batches = await clocked.database.lookup((lookups) => lookups.sweep('receipt', 1_000));
      expect(batches).toEqual([{ subscriptionId: call.subscriptionId, rows: 1_000 }]);
      expect(await sweep()).toMatchObject({ receipt: 1_500 });
      expect(await sweep()).not.toHaveProperty('receipt');
      const totals = await clocked.database.read(call, (tx) =>
        tx
          .selectFrom('app.usage_day')
          .selectAll()
          .select(sql<string>`day::text`.as('day'))
          .execute(),
      );
      expect(totals).toEqual([
        {
          subscription_id: call.subscriptionId,
          day: '2026-03-02',
          feature: 'summarize-ticket',
          provider_kind: 'openai',
          model: 'm',
          calls: '2500',
          input_tokens: '25000',
          cached_input_tokens: '2500',
          output_tokens: '12500',
          reasoning_tokens: '5000',
          cost_nano_usd: '2000000',
          unpriced_calls: '500',
          prompt_version: 0,
          model_calls: '2500',
          provider_cost_calls: '0',
          catalog_cost_calls: '2000',
          family_cost_calls: '0',
          estimated_cost_calls: '0',
          verdicts_up: '0',
          verdicts_down: '0',
          answers_inserted: '0',
          answers_edited: '0',
          answers_discarded: '0',
          edit_shares: '0',
          edit_share_sum: '0',
        },
      ]);
      expect((await auditOf(call, 'retention.swept')).at(-1)).toMatchObject({
        outcome: 'ok',
        facts: { receipt: 1_500 },
      });
      const line = operator.log.find((one) => one.includes('retention.swept') && one.includes('1500'));
      expect(JSON.parse(line ?? '{}')).toMatchObject({ code: 'receipt', count: 1_500 });
      const metrics = await operator.ports.metrics.render();
      expect(metrics).toMatch(/indesk_retention_rows_total\{rule="receipt"\} \d{4}/);
      expect(metrics).toMatch(/indesk_retention_last_success_timestamp_seconds\{rule="audit_event"\} 1\.?\d/);
    });

    it('P10: sweeps that run at the same time take each row once', async () => {
      const call = await newSubscription(clocked.database);
      await receipts(call, 3_000, "app.now() - interval '91 days'");
      // One that cannot wait for the others any longer fails and is tried again, like the job.
      await Promise.allSettled([sweep(), sweep(), sweep()]);
      await sweep();
      expect(await count(call, 'app.receipt')).toBe(0);
      expect(await count(call, 'app.usage_day where calls = 3000')).toBe(1);
    });

    it('P14: the audit chain keeps its checkpoint: it can be checked, goes on, and shows what was cut off without it', async () => {
      const call = await newSubscription(clocked.database);
      const write = () => clocked.database.write(call, testDecision, async () => {});
      for (let event = 0; event < 5; event += 1) await write();
      await clocked.moveClock(24 * 399);
      await write();
      expect(await sweep()).not.toHaveProperty('audit_event');
      await clocked.moveClock(24 * 401);
      const cut = await clocked.database.lookup((lookups) => lookups.sweepAuditEvents(auditDays, 3));
      expect(cut.reduce((sum, { rows }) => sum + rows, 0)).toBe(3);
      expect(await breaksOf(call)).toBe(0);
      await sweep();
      await write();
      expect(await breaksOf(call)).toBe(0);
      const [head] = await clocked.database.read(call, (tx) =>
        tx.selectFrom('app.audit_head').selectAll().execute(),
      );
      expect(head).toMatchObject({
        checkpoint_sequence: '5',
        checkpoint_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(await count(call, "app.audit_event where action = 'test.ran'")).toBe(2);
      // Less than 30 days is refused by the database, whatever the program asks for.
      await clocked.database.lookup((lookups) => lookups.sweepAuditEvents(0, 1_000));
      expect(await count(call, "app.audit_event where action = 'test.ran'")).toBe(2);
      expect(await breaksOf(call)).toBe(0);
      if (clocked.owner === undefined) return;
      await clocked.owner.execute(
        `delete from app.audit_event where subscription_id = '${call.subscriptionId}' and sequence = 6`,
      );
      expect(await breaksOf(call)).toBe(2);
    });

    it('asks for the sweep and the clean-up a minute after the start, once however many ask', async () => {
      const logger = createLogger({ level: 'silent' });
      const jobs = createOutbox({
        database: clocked.database,
        ports: {} as never,
        clock: systemClock,
        logger,
      });
      vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
      const stops = [1, 2].map(() => scheduleCleanUp({ database: clocked.database, jobs, logger }));
      vi.advanceTimersByTime(60_000);
      vi.useRealTimers();
      const platform = { subscriptionId: platformSubscriptionId };
      await vi.waitFor(async () =>
        expect(
          await count(platform, "app.job_outbox where name in ('retention.sweep', 'subscriptions.clean-up')"),
        ).toBe(2),
      );
      for (const stop of stops) stop();
    });
  });
}

const postgres = engines.filter(({ name, available }) => name === 'postgres' && available);

describe.each(postgres)('retention among other transactions on $name', (engine) => {
  it('P17: a hold that comes while a batch waits for it is respected; a rule that fails stops no other', async () => {
    const clocked = await openWithClock(engine);
    const { database, owner } = clocked;
    const operator = await openOperator(database);
    const call = await newSubscription(database);
    const { subscriptionId } = call;
    for (const seed of seeds(subscriptionId))
      await database.bookkeep(call, (tx) => sql.raw(seed).execute(tx));
    await clocked.moveClock(24 * 91);
    await owner?.execute(
      `begin; update app.subscription set held_since = now(), hold_reference = 'x' where id = '${subscriptionId}'`,
    );
    const swept = database.lookup((lookups) => lookups.sweep('receipt', 1_000));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await owner?.execute('commit');
    expect(await swept).toEqual([]);
    await liftHold(operator.callFor(subscriptionId), operator.settings);
    await owner?.execute('drop function app.sweep_oauth_state(integer)');
    await expect(sweepRetention(operator.callFor(platformSubscriptionId), auditDays)).rejects.toMatchObject({
      type: 'internal',
    });
    expect(operator.log.join('')).toMatch(/retention\.failed.*oauth_state|oauth_state.*retention\.failed/);
    const [left] = await database.read(call, (tx) =>
      tx
        .selectFrom('app.receipt')
        .select((expression) => expression.fn.countAll<string>().as('count'))
        .execute(),
    );
    expect(left?.count).toBe('0');
    await clocked.close();
  });
});
