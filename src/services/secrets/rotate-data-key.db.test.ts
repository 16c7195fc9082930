import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSubscription, testDecision, type TestCall } from '../../../test/support/calls.ts';
import { engines } from '../../../test/support/database.ts';
import { newRootKey, openTestMasterKeys, openTestSecrets } from '../../../test/support/secrets.ts';
import type { OpenedSecretBox } from '../../adapters/crypto/secret-box.ts';
import { retireLostKeys } from '../../adapters/crypto/start-over.ts';
import { uuidIds } from '../../adapters/system/clock.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Call } from '../../ports/call.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import { RootKeyError } from '../../ports/key-encryption.ts';
import { SettingsReader } from '../settings/settings-reader.ts';
import { beginErasure } from '../subscriptions/subscription-queries.ts';
import { destroyDataKeys } from './destroy-data-keys.ts';
import { findUnopenable } from './find-unopenable.ts';
import { keyStatus } from './key-status.ts';
import { removeLostPeople } from './remove-lost-people.ts';
import { finishRotation, rotateDataKey } from './rotate-data-key.ts';

type SecretCall = Call<'database' | 'secretBox' | 'keyRing'>;

describe.each(engines.filter(({ available }) => available))(
  'data keys of a subscription on $name',
  (engine) => {
    const rootKey = newRootKey();
    let database: BookkeepingDatabase;
    let secrets: OpenedSecretBox;
    beforeAll(async () => {
      database = await engine.open();
      secrets = await openTestSecrets(database, rootKey);
    });
    afterAll(() => database?.close());

    const callOf = (call: TestCall, { secretBox, keyRing } = secrets): SecretCall => ({
      ...call,
      signal: AbortSignal.timeout(60_000),
      ports: { database, secretBox, keyRing },
    });
    const bindingOf = (subscriptionId: string, feature: string) => ({
      subscriptionId,
      table: 'feature_setting',
      column: 'instructions',
      row: feature,
    });
    /** Stores sealed instructions for a feature, as the console does. */
    const store = async (call: SecretCall, feature: string, text: string): Promise<void> => {
      const { subscriptionId } = call;
      const instructions = await call.ports.secretBox.seal(text, bindingOf(subscriptionId, feature));
      await database.write(call, testDecision, (tx) =>
        tx
          .insertInto('app.feature_setting')
          .values({
            subscription_id: subscriptionId,
            feature,
            enabled: true,
            instructions,
            updated_at: new Date(),
          })
          .onConflict((conflict) =>
            conflict.columns(['subscription_id', 'feature']).doUpdateSet({ instructions }),
          )
          .execute(),
      );
    };
    const storeProvider = async (call: SecretCall): Promise<string> => {
      const { subscriptionId } = call;
      const id = randomUUID();
      const binding = { subscriptionId, table: 'provider_connection', column: 'api_key', row: id };
      const apiKey = await call.ports.secretBox.seal('sk-canary', binding);
      await database.write(call, testDecision, (tx) =>
        sql`insert into app.provider_connection (subscription_id, id, kind, label, model, api_key, key_last_four, is_default)
        values (${subscriptionId}, ${id}, 'openai', 'x', 'm', ${apiKey}, 'nary', true)`.execute(tx),
      );
      return id;
    };
    const readAll = async (call: SecretCall): Promise<Map<string, string>> => {
      const rows = await database.read(call, (tx) =>
        tx.selectFrom('app.feature_setting').select(['feature', 'instructions']).execute(),
      );
      const opened = new Map<string, string>();
      for (const { feature, instructions } of rows)
        opened.set(
          feature,
          await call.ports.secretBox.open(instructions ?? '', bindingOf(call.subscriptionId, feature)),
        );
      return opened;
    };
    const newTenant = async (rows: number): Promise<SecretCall> => {
      const call = callOf(await newSubscription(database));
      for (let row = 0; row < rows; row += 1) await store(call, `feature-${row}`, `text ${row}`);
      return call;
    };

    it('S131: seals every value under the new key and destroys the old one only when nothing needs it', async () => {
      const call = await newTenant(230);
      const [old] = await keyStatus(call);
      const young = await rotateDataKey(call);
      expect(young).toEqual({ values: 230, unopenable: 0, destroyed: 0, kept: 1 });
      const [kept, active] = await keyStatus(call);
      expect([kept?.id, kept?.state, kept?.values, active?.state, active?.values]).toEqual([
        old?.id,
        'retired',
        0,
        'active',
        230,
      ]);
      expect(await finishRotation(call, 0)).toEqual({ values: 0, unopenable: 0, destroyed: 1, kept: 0 });
      expect(await keyStatus(call)).toHaveLength(1);
      const texts = await readAll(call);
      expect([...texts].every(([feature, text]) => text === feature.replace('feature-', 'text '))).toBe(true);
    });

    it('S131: loses no value that is written while the keys change, whichever process writes it', async () => {
      const call = await newTenant(60);
      const other = callOf(call, await openTestSecrets(database, rootKey));
      const expected = new Map<string, string>();
      let refused = 0;
      let going = true;
      const writer = async (by: SecretCall, name: string): Promise<void> => {
        for (let count = 0; going; count += 1) {
          const feature = `feature-${count % 80}`;
          if ((count % 2 === 0) !== (name === 'a')) continue;
          try {
            await store(by, feature, `${name} ${count}`);
            expected.set(feature, `${name} ${count}`);
          } catch {
            // Its cached key was destroyed before its minute was over: the value is refused, not lost.
            refused += 1;
            by.ports.keyRing.forget(by.subscriptionId);
          }
        }
      };
      const writers = [writer(call, 'a'), writer(other, 'b')];
      let destroyed = 0;
      for (let rotation = 0; rotation < 6; rotation += 1)
        destroyed += (await rotateDataKey(call, 0)).destroyed;
      going = false;
      await Promise.all(writers);
      destroyed += (await finishRotation(call, 0)).destroyed;
      expect(destroyed).toBe(6);
      const texts = await readAll(call);
      for (const [feature, text] of expected) expect(texts.get(feature)).toBe(text);
      expect(expected.size).toBeGreaterThan(10);
      expect(refused).toBeLessThan(expected.size * 10);
      expect(await findUnopenable(call)).toEqual([]);
    });

    it('S31: the database refuses a plain value, and one under a key that was destroyed', async () => {
      const call = await newTenant(1);
      const { subscriptionId } = call;
      const binding = bindingOf(subscriptionId, 'late');
      const late = await call.ports.secretBox.seal('late', binding);
      await rotateDataKey(call, 0);
      const insert = (instructions: string) =>
        database.write(call, testDecision, (tx) =>
          tx
            .insertInto('app.feature_setting')
            .values({
              subscription_id: subscriptionId,
              feature: 'late',
              enabled: true,
              instructions,
              updated_at: new Date(),
            })
            .execute(),
        );
      await expect(
        insert('plain instructions that are long enough to look like something sealed'),
      ).rejects.toThrow('23514');
      await expect(insert(late)).rejects.toThrow('23514');
      const foreign = callOf(await newSubscription(database));
      const others = await foreign.ports.secretBox.seal('x', bindingOf(foreign.subscriptionId, 'late'));
      await expect(insert(others)).rejects.toThrow('23514');
      await insert(await call.ports.secretBox.seal('late', binding));
    });

    it('S55: without its data keys nothing of a subscription opens, here or restored from a copy of its rows', async () => {
      const call = await newTenant(20);
      const other = await newTenant(1);
      await storeProvider(call);
      const rows = await database.read(call, (tx) =>
        tx.selectFrom('app.feature_setting').select(['feature', 'instructions']).execute(),
      );
      await expect(destroyDataKeys(call)).rejects.toMatchObject({ sqlState: '55006' });
      await database.write(call, testDecision, (tx) => beginErasure(tx, call.subscriptionId));
      expect(await destroyDataKeys(call)).toBe(1);
      const elsewhere = await openTestSecrets(database, rootKey);
      let readable = 0;
      for (const { feature, instructions } of rows)
        for (const { secretBox } of [secrets, elsewhere])
          readable += await secretBox.open(instructions ?? '', bindingOf(call.subscriptionId, feature)).then(
            () => 1,
            () => 0,
          );
      expect([rows.length, readable]).toEqual([20, 0]);
      expect([...(await readAll(other)).values()]).toEqual(['text 0']);
      const shut = await findUnopenable(call);
      expect(
        shut.map(({ table, count }) => [table, count] as const).sort(([a], [b]) => a.localeCompare(b)),
      ).toEqual([
        ['feature_setting', 20],
        ['provider_connection', 1],
      ]);
    });

    it('S135: after a lost root key the program starts, says what does not open, and takes it anew', async () => {
      const own = await engine.open();
      try {
        const before = await openTestSecrets(own, rootKey);
        const base = await newSubscription(own);
        const { subscriptionId } = base;
        const wasCall = { ...callOf(base, before), ports: { ...before, database: own } };
        const sealed = await before.secretBox.seal(
          'own words',
          bindingOf(subscriptionId, 'summarize-ticket'),
        );
        await own.write(wasCall, testDecision, (tx) =>
          tx
            .insertInto('app.feature_setting')
            .values({
              subscription_id: subscriptionId,
              feature: 'summarize-ticket',
              enabled: true,
              instructions: sealed,
              updated_at: new Date(),
            })
            .execute(),
        );
        const address = await before.secretBox.seal('a@example.com', {
          subscriptionId,
          table: 'account',
          column: 'email',
          row: subscriptionId,
        });
        await own.write(wasCall, testDecision, (tx) =>
          sql`insert into app.account (subscription_id, id, role, status, email, email_hash)
          values (${subscriptionId}, ${subscriptionId}, 'admin', 'invited', ${address}, ${'0'.repeat(64)})`.execute(
            tx,
          ),
        );
        expect(await removeLostPeople(wasCall)).toBe(0);
        const found = newRootKey();
        await expect(openTestMasterKeys(own, found)).rejects.toThrow(RootKeyError);
        const keyEncryption = await openTestMasterKeys(own, found, { startOver: true });
        await retireLostKeys({ database: own, ids: uuidIds, keyEncryption }, [
          platformSubscriptionId,
          subscriptionId,
        ]);
        const after = await openTestSecrets(own, found);
        const call = { ...wasCall, ports: { ...after, database: own } };
        expect([await removeLostPeople(call), await removeLostPeople(call)]).toEqual([1, 0]);
        const settings = new SettingsReader({ database: own, secretBox: after.secretBox });
        const { features } = await settings.get(subscriptionId);
        expect(features.get('summarize-ticket')).toMatchObject({ enabled: false, instructions: undefined });
        expect(await findUnopenable(call)).toEqual([
          { table: 'feature_setting', column: 'instructions', count: 1, rows: ['summarize-ticket'] },
        ]);
        expect((await keyStatus(call)).map(({ state, opens }) => [state, opens])).toEqual([
          ['retired', false],
        ]);
        const anew = await after.secretBox.seal('own words', bindingOf(subscriptionId, 'summarize-ticket'));
        await own.write(call, testDecision, (tx) =>
          tx.updateTable('app.feature_setting').set({ instructions: anew }).execute(),
        );
        settings.forget(subscriptionId);
        expect((await settings.get(subscriptionId)).features.get('summarize-ticket')?.instructions).toBe(
          'own words',
        );
        expect(await finishRotation(call, 0)).toEqual({ values: 0, unopenable: 0, destroyed: 1, kept: 0 });
        expect(await findUnopenable(call)).toEqual([]);
      } finally {
        await own.close();
      }
    });
  },
);
