import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permissionsOf } from '../../src/contract/permissions.ts';
import type { Principal } from '../../src/http/authenticate.ts';
import { withinSubscription } from '../../src/http/within-subscription.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { createAccount } from '../../src/services/accounts/create-account.ts';
import { addUsage } from '../../src/services/quotas/quota-queries.ts';
import { setFeatureSwitch } from '../../src/services/settings/set-feature-switch.ts';
import { showContact } from '../../src/services/subscriptions/contact-email.ts';
import { createSubscription } from '../../src/services/subscriptions/create-subscription.ts';
import { changePlan, withhold } from '../../src/services/subscriptions/limit-subscription.ts';
import { listSubscriptions, readSubscription } from '../../src/services/subscriptions/read-subscription.ts';
import { renewSubscription } from '../../src/services/subscriptions/renew-subscription.ts';
import { rotateSubscriptionKey } from '../../src/services/subscriptions/rotate-subscription-key.ts';
import {
  hashKey,
  isSubscriptionKey,
  newSubscriptionKey,
} from '../../src/services/subscriptions/subscription-key.ts';
import {
  resumeSubscription,
  suspendSubscription,
} from '../../src/services/subscriptions/suspend-subscription.ts';
import { usageCsv } from '../../src/services/subscriptions/usage-csv.ts';
import { engines } from '../support/database.ts';
import { openOperator, type TestOperator } from '../support/operators.ts';

const noLimits = { requests: null, tokens: null, seats: null, aiAgents: null };

for (const { name, available, open } of engines) {
  describe.skipIf(!available)(`subscriptions on ${name}`, () => {
    let database: BookkeepingDatabase;
    let operator: TestOperator;
    let made = 0;

    beforeAll(async () => {
      database = await open();
      operator = await openOperator(database);
    });
    afterAll(() => database?.close());

    const onPlatform = () => operator.callFor(platformSubscriptionId);
    const create = async (more: Partial<Parameters<typeof createSubscription>[1]> = {}) => {
      const created = await createSubscription(onPlatform(), { name: `Shop ${(made += 1)}`, ...more });
      return { ...created, call: operator.callFor(created.id) };
    };
    const owner = (key: string) => database.lookup((functions) => functions.subscriptionByKey(hashKey(key)));

    it('is made with a key that is shown once and kept as a hash', async () => {
      const { id, key, call } = await create();
      expect(isSubscriptionKey(key)).toBe(true);
      expect(await owner(key)).toEqual({ subscriptionId: id, isCurrent: true });
      const row = await database.read(call, (tx) =>
        tx.selectFrom('app.subscription').selectAll().executeTakeFirst(),
      );
      expect(JSON.stringify(row)).not.toContain(key.slice(8, 30));
      expect((await readSubscription(call)).keyLastFour).toBe(key.slice(-13, -9));
      await expect(createSubscription(onPlatform(), { name: `Shop ${made}` })).rejects.toMatchObject({
        type: 'conflict',
      });
    });

    it('a mistyped key is known without asking the database', () => {
      const key = newSubscriptionKey();
      const wrong = `${key.slice(0, 20)}${key[20] === 'a' ? 'b' : 'a'}${key.slice(21)}`;
      expect([key, wrong, '', 'idk_sub_', key.slice(1)].map(isSubscriptionKey)).toEqual([
        true,
        false,
        false,
        false,
        false,
      ]);
    });

    it('a replaced key works for 24 hours by the clock of the database, and the one before it no more', async () => {
      const { id, key, call } = await create();
      const second = (await rotateSubscriptionKey(call, operator.settings)).key;
      expect(await owner(key)).toEqual({ subscriptionId: id, isCurrent: false });
      expect(await owner(second)).toEqual({ subscriptionId: id, isCurrent: true });
      const until = new Date((await readSubscription(call)).previousKeyUntil ?? 0).getTime();
      expect(Math.abs(until - Date.now() - 86_400_000)).toBeLessThan(60_000);
      await database.bookkeep(call, (tx) =>
        sql`update app.subscription set previous_key_until = app.now()`.execute(tx),
      );
      expect(await owner(key)).toBeUndefined();
      const third = (await rotateSubscriptionKey(call, operator.settings)).key;
      await rotateSubscriptionKey(call, operator.settings);
      expect(await owner(second)).toBeUndefined();
      expect((await owner(third))?.isCurrent).toBe(false);
    });

    it('P16: the contact is sealed, found by its keyed hash, masked, and shown whole only with an audit event', async () => {
      const { id, call } = await create({ contactEmail: 'Ada.Contact@Example.com' });
      const row = await database.read(call, (tx) =>
        tx.selectFrom('app.subscription').selectAll().executeTakeFirst(),
      );
      expect(JSON.stringify(row).toLowerCase()).not.toContain('ada.contact');
      expect((await readSubscription(call)).contact).toBe('A•••@Example.com');
      const found = await listSubscriptions(onPlatform(), {
        limit: 10,
        contactEmail: 'ada.contact@example.com',
      });
      expect(found.map((line) => line.id)).toEqual([id]);
      expect(await showContact(call)).toBe('Ada.Contact@Example.com');
      const events = await database.read(call, (tx) =>
        tx.selectFrom('app.audit_event').select(['action', 'facts']).execute(),
      );
      expect(events.map((event) => event.action)).toContain('subscription.contact-shown');
      expect(JSON.stringify(events).toLowerCase()).not.toContain('example.com');
    });

    it('moves only from a state that allows it, and each move shows at once and is audited', async () => {
      const { id, call } = await create();
      const { settings } = operator;
      const isActive = async () => (await settings.any(id)).active;
      expect(await isActive()).toBe(true);
      await suspendSubscription(call, settings);
      expect(await isActive()).toBe(false);
      await expect(suspendSubscription(call, settings)).rejects.toMatchObject({ type: 'conflict' });
      await renewSubscription(call, settings, new Date(Date.now() + 86_400_000));
      expect(await isActive()).toBe(false);
      await resumeSubscription(call, settings);
      expect(await isActive()).toBe(true);
      await expect(renewSubscription(call, settings, new Date(0))).rejects.toMatchObject({
        type: 'invalid-request',
      });
      const events = await database.read(call, (tx) =>
        tx
          .selectFrom('app.audit_event')
          .select(['action', 'actor_kind', 'actor_id'])
          .orderBy('sequence')
          .execute(),
      );
      expect(events.map((event) => event.action)).toEqual([
        'subscription.created',
        'subscription.suspended',
        'subscription.renewed',
        'subscription.resumed',
      ]);
      expect(new Set(events.map((event) => event.actor_id))).toEqual(new Set(['test-operator']));
    });

    it('what the plan does not include is off whatever the subscription switches', async () => {
      const { id, call } = await create();
      const withheld = { features: ['suggest-reply' as const], permissions: ['data:export' as const] };
      await withhold(call, operator.settings, withheld);
      const settings = await operator.settings.get(id);
      expect(settings.features.get('suggest-reply')?.enabled).toBe(false);
      expect(settings.features.get('summarize-ticket')?.enabled ?? true).toBe(true);
      expect([...settings.withheldPermissions]).toEqual(['data:export']);
      await expect(setFeatureSwitch(call, 'suggest-reply', true)).rejects.toMatchObject({
        type: 'forbidden',
      });
      await setFeatureSwitch(call, 'summarize-ticket', true);
    });

    it('people of a suspended subscription may read, export and leave; withheld permissions are gone', async () => {
      const { id, call } = await create();
      const principal: Principal = {
        subscriptionId: id,
        actor: { kind: 'account', id: 'a' },
        permissions: permissionsOf.admin,
        limitKey: 'a',
      };
      const permissions = async () =>
        (await withinSubscription(() => principal, operator.settings)({} as FastifyRequest)).permissions;
      expect(await permissions()).toBe(permissionsOf.admin);
      await withhold(call, operator.settings, { features: [], permissions: ['audit:read'] });
      expect((await permissions()).has('audit:read')).toBe(false);
      expect((await permissions()).has('settings:write')).toBe(true);
      await suspendSubscription(call, operator.settings);
      const left = await permissions();
      expect([left.has('settings:write'), left.has('people:write'), left.has('data:export')]).toEqual([
        false,
        false,
        true,
      ]);
      const agent = () => ({ ...principal, permissions: permissionsOf.agent });
      await expect(
        (async () => withinSubscription(agent, operator.settings)({} as FastifyRequest))(),
      ).rejects.toMatchObject({ type: 'subscription-inactive' });
    });

    it('R36: a hundred invitations at once never take more seats than the plan has', async () => {
      const { call } = await create({ limits: { ...noLimits, seats: 3 } });
      const results = await Promise.allSettled(
        Array.from({ length: 100 }, (_, at) =>
          createAccount(call, { email: `person${at}@example.com`, role: 'member' }),
        ),
      );
      const problems = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as { type: string }] : [],
      );
      expect(results.length - problems.length).toBe(3);
      expect(problems.map((problem) => problem.type)).toContain('quota-exceeded');
    });

    it('P18: the usage of a month comes as CSV with numbers only, safe for a spreadsheet', async () => {
      const { call, id } = await create({ name: '=cmd("x"),"y"' });
      const sum = {
        calls: 3,
        inputTokens: 1_000,
        cachedInputTokens: 100,
        outputTokens: 200,
        reasoningTokens: 0,
        costNanoUsd: 1_500_000,
        unpricedCalls: 1,
      };
      for (let at = 0; at < 2; at += 1) await database.bookkeep(call, (tx) => addUsage(tx, id, sum));
      const month = new Date().toISOString().slice(0, 7);
      const csv = await usageCsv(onPlatform(), month, month);
      const [header, line] = csv.split('\r\n').filter((one) => one.startsWith('month') || one.includes(id));
      expect(header).toBe(
        'month,subscription_id,subscription,calls,input_tokens,cached_input_tokens,output_tokens,reasoning_tokens,estimated_cost_usd,calls_without_known_price',
      );
      expect(line).toBe(`${month},${id},"'=cmd(""x""),""y""",6,2000,200,400,0,0.003000,2`);
      expect(await usageCsv(onPlatform(), '2020-01', '2020-12')).toBe(`${header}\r\n`);
    });

    it('limits change at once, and a change of nothing is refused', async () => {
      const { call } = await create({ limits: { ...noLimits, requests: 5 } });
      await changePlan(call, operator.settings, {
        limits: { ...noLimits, requests: 9, aiAgents: 2 },
        tier: 'gold',
      });
      expect(await readSubscription(call)).toMatchObject({
        tier: 'gold',
        limits: { requests: 9, tokens: null, seats: null, aiAgents: 2 },
      });
      await expect(changePlan(call, operator.settings, {})).rejects.toMatchObject({
        type: 'invalid-request',
      });
    });
  });
}
