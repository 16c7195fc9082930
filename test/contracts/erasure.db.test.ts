import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { cleanUpSubscriptions } from '../../src/services/subscriptions/clean-up-subscriptions.ts';
import { deleteSubscription } from '../../src/services/subscriptions/delete-subscription.ts';
import { eraseSubscription } from '../../src/services/subscriptions/erase-subscription.ts';
import { holdSubscription, liftHold } from '../../src/services/subscriptions/hold-subscription.ts';
import { renewSubscription } from '../../src/services/subscriptions/renew-subscription.ts';
import { beginErasure, countRows, eraseRows } from '../../src/services/subscriptions/subscription-queries.ts';
import { resumeSubscription } from '../../src/services/subscriptions/suspend-subscription.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { adminConnectionString, appConnectionString, copyTemplate, engines } from '../support/database.ts';
import { seeds } from '../support/isolation-check.ts';
import { openOperator, type TestOperator } from '../support/operators.ts';

for (const { name, available, open } of engines) {
  describe.skipIf(!available)(`the end of a subscription on ${name}`, () => {
    let database: BookkeepingDatabase;
    let operator: TestOperator;

    beforeAll(async () => {
      database = await open();
      operator = await openOperator(database);
    });
    afterAll(() => database?.close());

    const tables = (call: TestCall) =>
      database.read(call, async (tx) => {
        const { rows } = await sql<{ name: string }>`select app.erasable_tables()::text as name`.execute(tx);
        return rows.map((row) => row.name);
      });
    const counts = (call: TestCall) => database.read(call, (tx) => countRows(tx));
    const statusOf = async (call: TestCall) =>
      (await database.read(call, (tx) => tx.selectFrom('app.subscription').selectAll().executeTakeFirst()))
        ?.status;
    const actionsOf = (subscriptionId: string) =>
      database.read({ subscriptionId }, (tx) =>
        tx
          .selectFrom('app.audit_event')
          .select(['action', 'outcome', 'target'])
          .orderBy('sequence')
          .execute(),
      );

    /** A subscription with a row in every table a customer can have rows in. */
    async function filled(): Promise<TestCall> {
      const call = await newSubscription(database);
      for (const seed of seeds(call.subscriptionId))
        await database.bookkeep(call, (tx) => sql.raw(seed).execute(tx));
      return call;
    }
    /** A hash over every row of every table of a subscription. */
    async function fingerprint(call: TestCall): Promise<Readonly<Record<string, string>>> {
      const prints: Record<string, string> = {};
      for (const table of await tables(call)) {
        const { rows } = await database.read(call, (tx) =>
          sql<{ print: string | null }>`
            select md5(string_agg(one::text, '|' order by one::text)) as print from ${sql.table(`app.${table}`)} one`.execute(
            tx,
          ),
        );
        prints[table] = rows[0]?.print ?? 'empty';
      }
      return prints;
    }
    const setTimes = (call: TestCall, set: string) =>
      database.bookkeep(call, (tx) =>
        sql.raw(`update app.subscription set ${set} where id = '${call.subscriptionId}'`).execute(tx),
      );

    it('S54, S60: erasing removes every row in every table, changes no other, and leaves a tombstone', async () => {
      const doomed = await filled();
      const other = await filled();
      const before = await counts(doomed);
      expect(Object.keys(before).sort()).toEqual([...(await tables(doomed))].sort());
      const others = await fingerprint(other);
      const startedAt = performance.now();
      const erased = await eraseSubscription(operator.callFor(doomed.subscriptionId), operator.ending);
      expect(performance.now() - startedAt).toBeLessThan(60_000);
      expect(await counts(doomed)).toEqual({});
      expect(await statusOf(doomed)).toBeUndefined();
      expect(await fingerprint(other)).toEqual(others);
      const hash = createHash('sha256').update(doomed.subscriptionId).digest('hex');
      const tombstones = await database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
        tx.selectFrom('app.tombstone').selectAll().where('erased_hash', '=', hash).execute(),
      );
      expect(tombstones).toHaveLength(1);
      expect(tombstones[0]).toMatchObject({
        actor_kind: 'operator',
        actor_id: 'test-operator',
        counts: { ...erased },
      });
      expect(erased).toMatchObject({ feature_setting: 1, receipt: 1, data_key: 1, subscription: 1 });
      expect(JSON.stringify(tombstones)).not.toContain(doomed.subscriptionId);
      expect(await actionsOf(platformSubscriptionId)).toContainEqual({
        action: 'subscription.erased',
        outcome: 'ok',
        target: `sha256:${hash}`,
      });
      await expect(
        eraseSubscription(operator.callFor(doomed.subscriptionId), operator.ending),
      ).rejects.toMatchObject({ type: 'not-found' });
    });

    it('S55: an erasure destroys the data keys before anything else, so that one that stops opens nothing any more', async () => {
      const doomed = await filled();
      const call = operator.callFor(doomed.subscriptionId);
      const { subscriptionId } = call;
      const binding = { subscriptionId, table: 'feature_setting', column: 'instructions', row: 'summary' };
      await database.bookkeep(doomed, (tx) => sql`delete from app.data_key`.execute(tx));
      const sealed = await operator.ports.secretBox.seal('never greet', binding);
      expect(await operator.ports.secretBox.open(sealed, binding)).toBe('never greet');
      const before = await counts(doomed);
      // The disk is full, say, when the first rows are to go.
      const stopping: typeof database = {
        ...database,
        write: (by, decision, work) =>
          decision.audit.action === 'subscription.rows-erased'
            ? Promise.reject(new Error('stopped'))
            : database.write(by, decision, work),
      };
      const ports = { ...call.ports, database: stopping };
      await expect(eraseSubscription({ ...call, ports }, operator.ending)).rejects.toThrow('stopped');
      const { data_key: _keys, ...rest } = await counts(doomed);
      expect(_keys).toBeUndefined();
      expect(Object.keys(rest)).toEqual(expect.arrayContaining(['account', 'feature_setting', 'receipt']));
      expect(before).toHaveProperty('data_key', 1);
      await expect(operator.ports.secretBox.open(sealed, binding)).rejects.toMatchObject({
        name: 'SecretBoxError',
      });
      expect((await actionsOf(subscriptionId)).map(({ action }) => action)).toContain('data-keys.destroyed');
      expect(await eraseSubscription(call, operator.ending)).toMatchObject({ data_key: 1, subscription: 1 });
    });

    it('S54: jobs and calls under way bring no row back', async () => {
      const doomed = await filled();
      let isOver = false;
      let refusals = 0;
      const write = async (): Promise<void> => {
        while (!isOver) {
          await database
            .write(doomed, testDecision, (tx) =>
              tx
                .insertInto('app.feature_setting')
                .values({
                  subscription_id: doomed.subscriptionId,
                  feature: randomUUID(),
                  enabled: true,
                  updated_at: new Date(),
                })
                .execute(),
            )
            .catch(() => (refusals += 1));
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      };
      const writers = [write(), write(), write()];
      await new Promise((resolve) => setTimeout(resolve, 50));
      await eraseSubscription(operator.callFor(doomed.subscriptionId), operator.ending);
      await new Promise((resolve) => setTimeout(resolve, 100));
      isOver = true;
      await Promise.all(writers);
      expect(refusals).toBeGreaterThan(0);
      expect(await counts(doomed)).toEqual({});
    });

    it('an erasure that stopped half-way is taken up again and counts what there was', async () => {
      const doomed = await filled();
      await database.bookkeep(doomed, (tx) =>
        sql`insert into app.job_outbox (subscription_id, name, ids)
          select ${doomed.subscriptionId}::uuid, 'x', '{}' from generate_series(1, 6000)`.execute(tx),
      );
      await database.write(doomed, testDecision, (tx) => beginErasure(tx, doomed.subscriptionId));
      expect(await database.write(doomed, testDecision, (tx) => eraseRows(tx, 100))).toBe(100);
      const erased = await eraseSubscription(operator.callFor(doomed.subscriptionId), operator.ending);
      expect(erased).toMatchObject({ job_outbox: 6001 });
      expect(await counts(doomed)).toEqual({});
    });

    it('S28: deleting takes the credentials at once and the use too, and can be taken back', async () => {
      const call = await filled();
      const inside = operator.callFor(call.subscriptionId);
      await deleteSubscription(inside, operator.ending, 7);
      const left = await counts(call);
      for (const table of ['zendesk_connection', 'provider_connection', 'sidebar_installation'])
        expect(left).not.toHaveProperty(table);
      expect(left).toHaveProperty('feature_setting');
      await expect((async () => operator.settings.get(call.subscriptionId))()).rejects.toMatchObject({
        type: 'subscription-inactive',
      });
      await expect(deleteSubscription(inside, operator.ending, 7)).rejects.toMatchObject({
        type: 'conflict',
      });
      await resumeSubscription(inside, operator.settings);
      expect((await operator.settings.get(call.subscriptionId)).active).toBe(true);
    });

    it('S28, S29, S30: the clean-up expires, withdraws access within a day and erases after the time to renew', async () => {
      const call = await filled();
      const inside = operator.callFor(call.subscriptionId);
      const cleanUp = (days?: number) =>
        cleanUpSubscriptions(operator.callFor(platformSubscriptionId), operator.ending, days);
      await setTimes(call, "expires_at = app.now() - interval '1 minute'");
      operator.settings.forget(call.subscriptionId);
      await expect((async () => operator.settings.get(call.subscriptionId))()).rejects.toMatchObject({
        type: 'subscription-inactive',
      });
      expect(await cleanUp()).toMatchObject({ expired: 1, withdrawn: 0, erased: 0 });
      expect(await statusOf(call)).toBe('expired');
      expect(await counts(call)).toHaveProperty('zendesk_connection');
      await setTimes(call, "expires_at = app.now() - interval '21 hours'");
      expect(await cleanUp()).toMatchObject({ expired: 0, withdrawn: 1, erased: 0 });
      expect(await counts(call)).not.toHaveProperty('zendesk_connection');
      expect(Object.keys(await counts(call)).filter((table) => table.startsWith('macro'))).toEqual([]);
      await renewSubscription(inside, operator.settings, new Date(Date.now() + 1_000_000));
      expect(await cleanUp()).toMatchObject({ expired: 0, withdrawn: 0, erased: 0 });
      expect(await statusOf(call)).toBe('active');
      await setTimes(call, "status = 'expired', expires_at = app.now() - interval '31 days'");
      expect(await cleanUp()).toMatchObject({ erased: 1, failed: 0 });
      expect(await counts(call)).toEqual({});
      expect(await statusOf(call)).toBeUndefined();
    });

    it('a deleted subscription is erased when its days of grace are over', async () => {
      const call = await filled();
      await deleteSubscription(operator.callFor(call.subscriptionId), operator.ending, 3);
      const platform = operator.callFor(platformSubscriptionId);
      expect(await cleanUpSubscriptions(platform, operator.ending)).toMatchObject({ erased: 0 });
      await setTimes(call, "erase_after = app.now() - interval '1 second'");
      expect(await cleanUpSubscriptions(platform, operator.ending)).toMatchObject({ erased: 1 });
      expect(await statusOf(call)).toBeUndefined();
    });

    it('P17: a legal hold stops deletion, erasure and clean-up, visibly and audited, until it is lifted', async () => {
      const call = await filled();
      const inside = operator.callFor(call.subscriptionId);
      await holdSubscription(inside, operator.settings, 'case 4711');
      const before = await counts(call);
      await expect(deleteSubscription(inside, operator.ending, 0)).rejects.toMatchObject({
        type: 'subscription-held',
      });
      await expect(eraseSubscription(inside, operator.ending)).rejects.toMatchObject({
        type: 'subscription-held',
      });
      await setTimes(call, "status = 'expired', expires_at = app.now() - interval '99 days'");
      const platform = operator.callFor(platformSubscriptionId);
      expect(await cleanUpSubscriptions(platform, operator.ending)).toMatchObject({
        erased: 0,
        withdrawn: 0,
      });
      const { audit_event: _log, ...rows } = before;
      expect(await counts(call)).toMatchObject(rows);
      expect(await database.lookup((functions) => functions.heldSubscriptions())).toEqual([
        call.subscriptionId,
      ]);
      const lines = await database.lookup((functions) => functions.listSubscriptions({ limit: 1_000 }));
      expect(lines.find((line) => line.id === call.subscriptionId)?.heldSince).toBeInstanceOf(Date);
      const actions = await actionsOf(call.subscriptionId);
      expect(actions.filter(({ outcome }) => outcome === 'refused')).toHaveLength(2);
      expect((await operator.settings.any(call.subscriptionId)).held).toBe(true);
      await liftHold(inside, operator.settings);
      expect(await cleanUpSubscriptions(platform, operator.ending)).toMatchObject({ erased: 1 });
      expect(await counts(call)).toEqual({});
    });

    it('P17: the database itself refuses to erase what is held, or what nobody has deleted', async () => {
      const refused = { sqlState: '55006' };
      const call = await filled();
      const erase = () => database.write(call, testDecision, (tx) => eraseRows(tx, 10));
      const bury = () =>
        database.bookkeep({ subscriptionId: platformSubscriptionId }, (tx) =>
          sql`select app.erase_subscription(${call.subscriptionId})`.execute(tx),
        );
      await expect(erase()).rejects.toMatchObject(refused);
      await expect(bury()).rejects.toMatchObject(refused);
      await setTimes(call, "status = 'deleting', held_since = app.now(), hold_reference = 'x'");
      await expect(erase()).rejects.toMatchObject(refused);
      await expect(bury()).rejects.toMatchObject(refused);
      expect(await database.lookup((functions) => functions.eraseAuditEvents(call.subscriptionId, 100))).toBe(
        0,
      );
      await setTimes(call, 'held_since = null, hold_reference = null');
      expect(await erase()).toBeGreaterThan(0);
    });

    it('the platform itself cannot be deleted', async () => {
      const platform = operator.callFor(platformSubscriptionId);
      for (const end of [
        () => eraseSubscription(platform, operator.ending),
        () => deleteSubscription(platform, operator.ending, 0),
        () => holdSubscription(platform, operator.settings, 'x'),
      ])
        await expect(end()).rejects.toMatchObject({ type: 'not-found' });
    });
  });
}

const postgres = engines.find((engine) => engine.name === 'postgres');

describe.skipIf(postgres?.available !== true)('erasure and tables to come', () => {
  it('S54: a table made later is erased too, because tables are found in the catalogue', async () => {
    const databaseName = await copyTemplate();
    const owner = await openOwnerSession(adminConnectionString(databaseName));
    const database = await openPostgres({ connectionString: appConnectionString(databaseName) });
    try {
      await owner.execute(`set role app_owner;
        create table app.planted (subscription_id uuid not null references app.subscription (id) on delete cascade,
          id uuid not null default gen_random_uuid(), primary key (subscription_id, id));
        alter table app.planted enable row level security; alter table app.planted force row level security;
        create policy tenant on app.planted for all to app_rw using (subscription_id = (select app.subscription()))
          with check (subscription_id = (select app.subscription()));
        grant select, insert, delete on app.planted to app_rw; reset role`);
      const operator = await openOperator(database);
      const call = await newSubscription(database);
      await database.bookkeep(call, (tx) =>
        sql`insert into app.planted (subscription_id) values (${call.subscriptionId})`.execute(tx),
      );
      const erased = await eraseSubscription(operator.callFor(call.subscriptionId), operator.ending);
      expect(erased).toMatchObject({ planted: 1 });
      expect(await owner.query('select 1 from app.planted')).toEqual([]);
    } finally {
      await database.close();
      await owner.close();
    }
  });

  it('S54: no table can outlive its subscription: each refers to it, or to a table that does', async () => {
    const owner = await openOwnerSession(adminConnectionString(await copyTemplate()));
    const loose = await owner.query(`
      with recursive tied as (
        select 'app.subscription'::regclass::oid as oid
        union
        select conrelid from pg_constraint join tied on confrelid = tied.oid
        where contype = 'f' and (confdeltype = 'c' or conrelid in ('app.audit_event'::regclass, 'app.audit_head'::regclass))
      )
      select relname::text as name from pg_class
      where relnamespace = 'app'::regnamespace and relkind in ('r', 'p') and oid not in (select oid from tied)`);
    await owner.close();
    expect(loose).toEqual([]);
  });
});
