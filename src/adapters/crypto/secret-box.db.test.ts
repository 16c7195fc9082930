import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSubscription, testDecision, type TestCall } from '../../../test/support/calls.ts';
import { engines } from '../../../test/support/database.ts';
import { openTestSecrets } from '../../../test/support/secrets.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import { KeyUnwrapError, type KeyEncryption } from '../../ports/key-encryption.ts';
import { SecretBoxError } from '../../ports/secret-box.ts';
import { parseRootKey } from './key-file.ts';
import { readSealedValue } from './sealed-value.ts';

describe.each(engines.filter(({ available }) => available))('the secret box on $name', (engine) => {
  const rootKeyText = randomBytes(32).toString('base64');
  const rootKey = parseRootKey(rootKeyText, 'It');
  let database: BookkeepingDatabase;
  let call: TestCall;
  beforeAll(async () => {
    database = await engine.open();
    call = await newSubscription(database);
  });
  afterAll(() => database?.close());

  const bindingFor = (subscriptionId: string) => ({ subscriptionId, table: 't', column: 'c', row: 'r' });
  const keysOf = (subscriptionId: string) =>
    database.read({ subscriptionId }, (tx) =>
      tx.selectFrom('app.data_key').selectAll().orderBy('created_at').execute(),
    );
  const auditOf = async (subscriptionId: string) =>
    (
      await database.read({ subscriptionId }, (tx) =>
        tx.selectFrom('app.audit_event').select(['action', 'target']).execute(),
      )
    ).map(({ action, target }) => `${action} ${target}`);

  it('S125: keeps only wrapped keys: neither root, master nor data key is in the database or can be printed', async () => {
    const seen: Buffer[] = [];
    const { secretBox, keyRing } = await openTestSecrets(database, rootKey);
    const sealed = await secretBox.seal('sk', bindingFor(call.subscriptionId));
    const spy: KeyEncryption = {
      wrap: async (key) => ({ blob: Buffer.from(key).toString('base64'), masterKeyId: null }),
      unwrap: async (blob, context) => {
        expect(context).toMatchObject({ subscriptionId: expect.any(String), dataKeyId: expect.any(String) });
        seen.push(Buffer.from(blob, 'base64url'));
        throw new KeyUnwrapError();
      },
      renew: async () => {},
      finishRenewal: async () => {},
      describe: async () => [],
    };
    await expect(openTestSecrets(database, rootKey, { keyEncryption: spy })).rejects.toThrow(SecretBoxError);
    expect(seen.length).toBeGreaterThan(0);
    const { dataKeyId } = readSealedValue(sealed);
    expect(await keyRing.opens(call.subscriptionId, dataKeyId)).toBe(true);
    const rows = await Promise.all([
      ...[platformSubscriptionId, call.subscriptionId].map(keysOf),
      database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
        tx.selectFrom('app.master_key_wrapper').selectAll().execute(),
      ),
    ]);
    const derived = secretBox.deriveKey('probe');
    expect(JSON.stringify(rows)).not.toContain(rootKeyText.slice(0, 20));
    expect(JSON.stringify(rows)).not.toContain(derived.toString('base64url').slice(0, 20));
    expect(inspect({ secretBox, keyRing, rootKey }, { depth: 20, showHidden: true })).not.toMatch(
      /Buffer|Uint8Array/,
    );
  });

  it('S33: refuses a value of another tenant, table, column or row, and writes one audit event for it', async () => {
    const { secretBox } = await openTestSecrets(database, rootKey);
    const own = await newSubscription(database);
    const other = await newSubscription(database);
    const binding = bindingFor(own.subscriptionId);
    const sealed = await secretBox.seal('secret', binding);
    await secretBox.seal('other', bindingFor(other.subscriptionId));
    for (const swap of [
      { table: 'x' },
      { column: 'x' },
      { row: 'x' },
      { subscriptionId: other.subscriptionId },
    ])
      await expect(secretBox.open(sealed, { ...binding, ...swap })).rejects.toThrow(SecretBoxError);
    await expect(secretBox.open(sealed, { ...binding, row: 'x' })).rejects.toThrow(SecretBoxError);
    const failed = (await auditOf(own.subscriptionId)).filter((line) => line.startsWith('crypto'));
    expect(failed.sort()).toEqual([
      'crypto.open-failed t.c/x',
      'crypto.open-failed t.x/r',
      'crypto.open-failed x.c/r',
    ]);
    expect(await auditOf(other.subscriptionId)).toContain('crypto.open-failed t.c/r');
  });

  it('makes one key for a subscription however many processes seal its first values at once', async () => {
    const { subscriptionId } = await newSubscription(database);
    const processes = await Promise.all(Array.from({ length: 4 }, () => openTestSecrets(database, rootKey)));
    const sealed = await Promise.all(
      processes.flatMap(({ secretBox }) =>
        Array.from({ length: 25 }, () => secretBox.seal('x', bindingFor(subscriptionId))),
      ),
    );
    expect(await keysOf(subscriptionId)).toHaveLength(1);
    const [, second] = processes;
    for (const value of sealed)
      expect(await second?.secretBox.open(value, bindingFor(subscriptionId))).toBe('x');
  });

  it('S127: counts its seals and replaces the key by itself before the limit, in all processes together', async () => {
    const { subscriptionId } = await newSubscription(database);
    const sealLimit = 100;
    const processes = await Promise.all(
      Array.from({ length: 3 }, () => openTestSecrets(database, rootKey, { sealLimit })),
    );
    const sealed: string[] = [];
    for (let seal = 0; seal < 450; seal += 1)
      sealed.push((await processes[seal % 3]?.secretBox.seal('x', bindingFor(subscriptionId))) ?? '');
    const uses = new Map<string, number>();
    for (const value of sealed) {
      const { dataKeyId } = readSealedValue(value);
      uses.set(dataKeyId, (uses.get(dataKeyId) ?? 0) + 1);
    }
    expect(Math.max(...uses.values())).toBeLessThanOrEqual(sealLimit);
    expect(uses.size).toBeGreaterThanOrEqual(5);
    const keys = await keysOf(subscriptionId);
    expect(keys.filter(({ state }) => state === 'active')).toHaveLength(1);
    for (const { id, sealed_count } of keys)
      expect(Number(sealed_count)).toBeGreaterThanOrEqual(uses.get(id) ?? 0);
    for (const value of sealed)
      expect(await processes[0]?.secretBox.open(value, bindingFor(subscriptionId))).toBe('x');
  });

  it('S128: takes no seal of the data key for what a scope seals', async () => {
    const { subscriptionId } = await newSubscription(database);
    const { secretBox } = await openTestSecrets(database, rootKey);
    const scope = { purpose: 'chat history', salt: 's1' };
    const sealed = await Promise.all(
      Array.from({ length: 50 }, () => secretBox.seal('turn', bindingFor(subscriptionId), scope)),
    );
    expect((await keysOf(subscriptionId)).map(({ sealed_count }) => Number(sealed_count))).toEqual([0]);
    expect(await secretBox.open(sealed[0] ?? '', bindingFor(subscriptionId), scope)).toBe('turn');
    await expect(
      secretBox.open(sealed[0] ?? '', bindingFor(subscriptionId), { ...scope, salt: 's2' }),
    ).rejects.toThrow(SecretBoxError);
    expect((await auditOf(subscriptionId)).filter((line) => line.startsWith('crypto'))).toEqual([]);
  });

  it('S129: derives a key of its own for every purpose, the same in every process and after new sealing keys', async () => {
    const first = (await openTestSecrets(database, rootKey)).secretBox;
    const purposes = [
      'jwt',
      'refresh pepper',
      'e-mail index',
      'recovery codes',
      'webhook',
      'sidebar session',
    ];
    const keys = purposes.map((purpose) => first.deriveKey(purpose).toString('hex'));
    expect(new Set(keys).size).toBe(purposes.length);
    const again = await openTestSecrets(database, rootKey);
    await again.keyRing.rotate(platformSubscriptionId);
    const later = (await openTestSecrets(database, rootKey)).secretBox;
    expect(purposes.map((purpose) => later.deriveKey(purpose).toString('hex'))).toEqual(keys);
    for (const purpose of purposes)
      expect(keys).not.toContain(first.deriveKey(`${purpose} `).toString('hex'));
  });

  it('wipes an opened key when its time is over and opens it again', async () => {
    const { subscriptionId } = await newSubscription(database);
    const binding = bindingFor(subscriptionId);
    const { secretBox } = await openTestSecrets(database, rootKey, { cacheMs: 5 });
    const sealed = await secretBox.seal('x', binding);
    // Openings race with evictions: none may see a wiped key.
    for (let round = 0; round < 40; round += 1) {
      const [opened, again] = await Promise.all([
        secretBox.open(sealed, binding),
        secretBox.seal('y', binding),
      ]);
      expect([opened, await secretBox.open(again, binding)]).toEqual(['x', 'y']);
      await wait(round % 4);
    }
  });

  it('refuses to seal or open inside a transaction, where it could wait for another one', async () => {
    const { secretBox } = await openTestSecrets(database, rootKey);
    const sealed = await secretBox.seal('x', bindingFor(call.subscriptionId));
    const inside = (work: () => Promise<unknown>) => database.write(call, testDecision, work);
    await expect(inside(() => secretBox.seal('x', bindingFor(call.subscriptionId)))).rejects.toThrow(
      'before',
    );
    await expect(inside(() => secretBox.open(sealed, bindingFor(call.subscriptionId)))).rejects.toThrow(
      'after',
    );
  });

  it('the database reads the data key of a sealed value, and of nothing else', async () => {
    const { secretBox } = await openTestSecrets(database, rootKey);
    const keyOf = async (text: string) =>
      (
        await database.read(call, (tx) =>
          sql<{ id: string | null }>`select app.data_key_of(${text}) as id`.execute(tx),
        )
      ).rows[0]?.id;
    for (const text of ['', 'x', 'x'.repeat(5_000)]) {
      const sealed = await secretBox.seal(text, bindingFor(call.subscriptionId));
      expect(await keyOf(sealed)).toBe(readSealedValue(sealed).dataKeyId);
    }
    for (const text of [
      '',
      'sk-ant-api03-abcdef',
      'plain text that is long enough to be taken for something sealed, but is not',
    ])
      expect(await keyOf(text)).toBeNull();
    expect(await keyOf(randomUUID())).toBeNull();
  });
});
