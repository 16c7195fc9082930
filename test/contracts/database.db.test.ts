import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Transient } from '../../src/kernel/transient.ts';
import { afterCommit, insideTransaction } from '../../src/kernel/transaction-scope.ts';
import type { BookkeepingDatabase, WriteTransaction } from '../../src/ports/database.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { enginesAndPooler } from '../support/database.ts';

const refused = { name: 'DatabaseError', sqlState: '42501' };

for (const { name, available, open } of enginesAndPooler) {
  const title =
    name === 'postgres-pgbouncer'
      ? 'S72: the database port behind PgBouncer in transaction mode'
      : `the database port on ${name}`;
  describe.skipIf(!available)(title, () => {
    let database: BookkeepingDatabase;
    let own: TestCall;
    let other: TestCall;

    beforeAll(async () => {
      database = await open();
      own = await newSubscription(database);
      other = await newSubscription(database);
    });
    afterAll(() => database?.close());

    const setFeature = (tx: WriteTransaction, subscriptionId: string, feature: string) =>
      tx
        .insertInto('app.feature_setting')
        .values({ subscription_id: subscriptionId, feature, enabled: true, updated_at: new Date() })
        .execute();
    const features = (call: TestCall) =>
      database.read(call, (tx) =>
        tx.selectFrom('app.feature_setting').select('feature').orderBy('feature').execute(),
      );
    const statement = (text: string) => database.bookkeep(own, (tx) => sql.raw(text).execute(tx));

    test('each subscription sees its own rows only', async () => {
      await database.write(own, testDecision, (tx) => setFeature(tx, own.subscriptionId, 'summary'));
      await database.write(other, testDecision, (tx) => setFeature(tx, other.subscriptionId, 'reply'));
      expect(await features(own)).toEqual([{ feature: 'summary' }]);
      expect(await features(other)).toEqual([{ feature: 'reply' }]);
    });

    test('a row for another subscription is refused', async () => {
      const planting = database.write(own, testDecision, (tx) =>
        setFeature(tx, other.subscriptionId, 'planted'),
      );
      await expect(planting).rejects.toMatchObject(refused);
      expect(await features(other)).not.toContainEqual({ feature: 'planted' });
    });

    test('a transaction cannot leave its subscription', async () => {
      await expect(
        statement(`select set_config('app.subscription_id', '${other.subscriptionId}', true)`),
      ).rejects.toMatchObject(refused);
      await expect(statement(`select app.enter('${other.subscriptionId}')`)).rejects.toMatchObject(refused);
      await expect(statement('set role app_lookup')).rejects.toMatchObject(refused);
      await expect(statement('set session authorization postgres')).rejects.toMatchObject(refused);
      await expect(statement('reset session authorization')).rejects.toMatchObject(refused);
    });

    test('one statement is sent at a time', async () => {
      await expect(statement('select 1; select 2')).rejects.toMatchObject({ sqlState: '42601' });
    });

    test('a subscription that is no uuid is refused before it reaches SQL', async () => {
      const call = {
        ...own,
        subscriptionId: `${own.subscriptionId}'); select app.enter('${other.subscriptionId}`,
      };
      await expect(features(call)).rejects.toMatchObject({ sqlState: '22P02' });
    });

    test('read cannot write', async () => {
      const writing = database.read(own, (tx) =>
        setFeature(tx as WriteTransaction, own.subscriptionId, 'from-read'),
      );
      await expect(writing).rejects.toMatchObject({ sqlState: '25006' });
    });

    test('the audit row and the change are kept together', async () => {
      const call = await newSubscription(database);
      const decision = {
        permission: 'features:change',
        audit: { action: 'feature.changed', target: 'x', facts: { on: true } },
      } as const;
      await database.write(call, decision, (tx) => setFeature(tx, call.subscriptionId, 'x'));
      const events = await database.read(call, (tx) =>
        tx.selectFrom('app.audit_event').selectAll().execute(),
      );
      expect(events).toMatchObject([
        {
          sequence: '1',
          action: 'feature.changed',
          target: 'x',
          outcome: 'ok',
          actor_kind: 'operator',
          actor_id: 'op',
          facts: { on: true },
          request_id: call.requestId,
          permission: 'features:change',
        },
      ]);
    });

    test('the audit row and the change are rolled back together', async () => {
      const call = await newSubscription(database);
      const failing = database.write(call, testDecision, async (tx) => {
        await setFeature(tx, call.subscriptionId, 'x');
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await features(call)).toEqual([]);
      expect(
        await database.read(call, (tx) => tx.selectFrom('app.audit_event').selectAll().execute()),
      ).toEqual([]);
    });

    test('a swallowed failure does not count as a commit', async () => {
      const swallowing = database.bookkeep(own, async (tx) => {
        await setFeature(tx, other.subscriptionId, 'planted').catch(() => undefined);
      });
      await expect(swallowing).rejects.toMatchObject({ sqlState: '25P02' });
    });

    test('the audit log cannot be changed, shortened or forged', async () => {
      await database.write(own, testDecision, () => Promise.resolve());
      await expect(statement(`update app.audit_event set action = 'x.y'`)).rejects.toMatchObject(refused);
      await expect(statement('delete from app.audit_event')).rejects.toMatchObject(refused);
      await expect(statement('delete from app.subscription')).rejects.toMatchObject(refused);
      await expect(statement(`update app.audit_head set sequence = 0`)).rejects.toMatchObject(refused);
      await expect(
        statement(`insert into app.audit_event (subscription_id, actor_kind, actor_id, action, outcome, request_id, permission, facts, hash)
        values ('${own.subscriptionId}', 'system', 'x', 'a.b', 'ok', 'r', 'p', '{}', 'forged')`),
      ).rejects.toMatchObject(refused);
    });

    test('concurrent writes of one subscription make one whole chain', async () => {
      const call = await newSubscription(database);
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          database.write(call, testDecision, (tx) =>
            setFeature(tx, call.subscriptionId, `f${String(index)}`),
          ),
        ),
      );
      const breaks = await database.read(call, (tx) => sql`select * from app.audit_breaks()`.execute(tx));
      const { count } = await database.read(call, (tx) =>
        tx.selectFrom('app.audit_event').select(tx.fn.countAll().as('count')).executeTakeFirstOrThrow(),
      );
      expect([breaks.rows, count]).toEqual([[], '20']);
    });

    test('interleaved transactions never see each other', async () => {
      const calls = [own, other];
      const seen = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const call = calls[index % 2] ?? own;
          const rows = await database.read(call, (tx) =>
            tx.selectFrom('app.feature_setting').select('subscription_id').execute(),
          );
          return rows.filter((row) => row.subscription_id !== call.subscriptionId).length;
        }),
      );
      expect(seen.reduce((sum, foreign) => sum + foreign, 0)).toBe(0);
    });

    test('an error carries the SQLSTATE and no value', async () => {
      const duplicate = database.write(own, testDecision, async (tx) => {
        await setFeature(tx, own.subscriptionId, 'canary-7431');
        await setFeature(tx, own.subscriptionId, 'canary-7431');
      });
      const error: unknown = await duplicate.catch((caught: unknown) => caught);
      expect(error).toMatchObject({ sqlState: '23505' });
      const everything = JSON.stringify(error, Object.getOwnPropertyNames(error));
      expect(everything).not.toContain('canary-7431');
    });

    test('ticket content is refused as a parameter', async () => {
      const secret = Transient.of('canary-9');
      const storing = database.bookkeep(own, (tx) => sql`select ${secret}::text`.execute(tx));
      await expect(storing).rejects.toMatchObject({ name: 'TransientLeakError' });
      const nested = database.bookkeep(own, (tx) => sql`select ${{ secret }}::jsonb`.execute(tx));
      await expect(nested).rejects.toMatchObject({ name: 'TransientLeakError' });
    });

    test('a transaction used after its end is refused', async () => {
      let kept: WriteTransaction | undefined;
      await database.bookkeep(own, async (tx) => {
        kept = tx;
      });
      await expect(kept?.selectFrom('app.feature_setting').selectAll().execute()).rejects.toThrow(
        'after its transaction',
      );
    });

    test('code can tell that it runs inside a transaction, and another one is refused there', async () => {
      let afterwards = false;
      await database.bookkeep(own, async () => {
        expect(insideTransaction()).toBe(true);
        afterCommit(() => {
          afterwards = !insideTransaction();
        });
        await expect(features(own)).rejects.toThrow('inside another one');
      });
      expect([insideTransaction(), afterwards]).toEqual([false, true]);
    });

    test('lookups find what must be known before the subscription is', async () => {
      const audience = randomUUID();
      await database.write(own, testDecision, (tx) =>
        tx
          .insertInto('app.sidebar_installation')
          .values({ subscription_id: own.subscriptionId, audience, issuer: 'issuer', public_key_pem: 'pem' })
          .execute(),
      );
      const found = await database.lookup((lookups) => lookups.installationByAudience(audience));
      expect(found).toMatchObject({
        subscriptionId: own.subscriptionId,
        publicKeyPem: 'pem',
        issuer: 'issuer',
      });
      expect(await database.lookup((lookups) => lookups.installationByAudience('nobody'))).toBeUndefined();
      expect(await database.lookup((lookups) => lookups.subscriptionIdByName(own.subscriptionId))).toBe(
        own.subscriptionId,
      );
      expect(await database.lookup((lookups) => lookups.subscriptionIds())).toContain(other.subscriptionId);
      const again = database.lookup((lookups) =>
        lookups.createSubscription({ id: randomUUID(), name: own.subscriptionId, plan: 'team' }),
      );
      await expect(again).rejects.toMatchObject({ type: 'conflict' });
    });

    test('is ready once the migrations are at head', async () => {
      expect(await database.ready()).toBe(true);
    });
  });
}
