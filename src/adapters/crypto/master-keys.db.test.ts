import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { newSubscription } from '../../../test/support/calls.ts';
import { engines } from '../../../test/support/database.ts';
import { newRootKey, openTestMasterKeys, openTestSecrets } from '../../../test/support/secrets.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import { KeyUnwrapError, RootKeyError } from '../../ports/key-encryption.ts';
import type { RootKey } from './key-file.ts';

describe.each(engines.filter(({ available }) => available))('root keys on $name', (engine) => {
  let database: BookkeepingDatabase;
  const first = newRootKey();
  const second = newRootKey();
  const third = newRootKey();
  const context = { subscriptionId: 's', dataKeyId: '01890000-1111-7222-8333-444455556666' };
  beforeAll(async () => {
    database = await engine.open();
  });
  afterAll(() => database?.close());
  // As if nothing had ever been started on this database.
  beforeEach(async () => {
    const ids = await database.lookup((lookups) => lookups.subscriptionIds());
    for (const subscriptionId of [...ids, platformSubscriptionId])
      await database.bookkeep({ subscriptionId }, async (tx) => {
        await tx.deleteFrom('app.data_key').execute();
        await tx.deleteFrom('app.master_key').execute();
      });
  });

  const wrappers = async (): Promise<Record<string, string>> => {
    const rows = await database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
      tx.selectFrom('app.master_key_wrapper').select(['state', 'fingerprint']).orderBy('state').execute(),
    );
    const names = new Map([first, second, third].map((key, index) => [key.fingerprint, `key ${index + 1}`]));
    return Object.fromEntries(rows.map(({ state, fingerprint }) => [state, names.get(fingerprint) ?? '?']));
  };
  const promotions = async (): Promise<number> =>
    (
      await database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
        tx.selectFrom('app.audit_event').select('action').where('action', '=', 'root-key.promoted').execute(),
      )
    ).length;
  const start = (rootKey: RootKey, nextRootKey?: RootKey) =>
    openTestMasterKeys(database, rootKey, { nextRootKey });

  it('S125: binds a wrapped data key to its subscription and id', async () => {
    const keys = await start(first);
    const { blob } = await keys.wrap(Buffer.alloc(32, 3), context);
    expect((await keys.unwrap(blob, context)).equals(Buffer.alloc(32, 3))).toBe(true);
    for (const other of [{ subscriptionId: 't' }, { dataKeyId: context.dataKeyId.replace(/6$/, '7') }])
      await expect(keys.unwrap(blob, { ...context, ...other })).rejects.toThrow(KeyUnwrapError);
    for (const text of ['', 'AQ', `${blob}A`, blob.replace(/.$/, '')])
      await expect(keys.unwrap(text, context)).rejects.toThrow(KeyUnwrapError);
  });

  it('makes one master key when several servers start for the first time at once', async () => {
    const servers = await Promise.all(Array.from({ length: 4 }, () => start(first)));
    const { blob } = (await servers[0]?.wrap(Buffer.alloc(32, 4), context)) ?? { blob: '' };
    for (const server of servers) expect((await server.unwrap(blob, context))[0]).toBe(4);
    expect(await wrappers()).toEqual({ active: 'key 1' });
  });

  it('S130: refuses to start with a wrong key and names the fingerprints', async () => {
    await start(first);
    const refused = start(second);
    await expect(refused).rejects.toThrow(RootKeyError);
    await expect(refused).rejects.toThrow(second.fingerprint);
    await expect(refused).rejects.toThrow(first.fingerprint);
    await expect(start(second, first).then((keys) => keys.describe())).resolves.toHaveLength(1);
    expect(await wrappers()).toEqual({ active: 'key 1' });
  });

  it('S130: staging changes nothing else, and can be taken back before the promotion', async () => {
    const blob = (await (await start(first)).wrap(Buffer.alloc(32, 5), context)).blob;
    const staging = await start(first, second);
    expect(await wrappers()).toEqual({ active: 'key 1', staged: 'key 2' });
    const backAgain = await start(first);
    for (const keys of [staging, backAgain]) expect((await keys.unwrap(blob, context))[0]).toBe(5);
    expect(await wrappers()).toEqual({ active: 'key 1', staged: 'key 2' });
    await start(first, third);
    expect(await wrappers()).toEqual({ active: 'key 1', staged: 'key 3' });
    await expect(start(second)).rejects.toThrow(RootKeyError);
  });

  it('S130: an old and a new server open what the other seals, before, during and after the promotion', async () => {
    const { subscriptionId } = await newSubscription(database);
    const binding = { subscriptionId, table: 't', column: 'c', row: 'r' };
    const sealed: string[] = [];
    let failed = 0;
    const work = async (servers: readonly { rootKey: RootKey; next?: RootKey }[]) => {
      const opened = await Promise.all(
        servers.map(async ({ rootKey, next }) =>
          openTestSecrets(database, rootKey, { keyEncryption: await start(rootKey, next) }),
        ),
      );
      for (const { secretBox, keyRing } of opened) {
        await keyRing.rotate(subscriptionId);
        sealed.push(await secretBox.seal('x', binding));
      }
      for (const { secretBox } of opened)
        for (const value of sealed)
          failed += await secretBox.open(value, binding).then(
            () => 0,
            () => 1,
          );
    };
    const [old, staging, renewed] = [
      { rootKey: first },
      { rootKey: first, next: second },
      { rootKey: second },
    ];
    await work([old, old, old]);
    await work([staging, old, old]);
    await work([renewed, old, old]);
    expect(await wrappers()).toEqual({ active: 'key 2', old: 'key 1' });
    await work([renewed, staging, old]);
    await work([renewed, renewed, old]);
    await work([renewed, renewed, renewed]);
    expect([failed, sealed.length, await wrappers()]).toEqual([0, 18, { active: 'key 2', old: 'key 1' }]);
  });

  it('S130: keeps exactly one old key, and promotes once when servers start together', async () => {
    const before = await promotions();
    await start(first);
    await start(first, second);
    await Promise.all(Array.from({ length: 3 }, () => start(second)));
    await start(second, third);
    await Promise.all(Array.from({ length: 3 }, () => start(third)));
    expect(await wrappers()).toEqual({ active: 'key 3', old: 'key 2' });
    await expect(start(first)).rejects.toThrow(RootKeyError);
    expect(await promotions()).toBe(before + 2);
  });

  it('wraps every data key under a new master key, after which the old root key opens nothing', async () => {
    const { subscriptionId, ...rest } = await newSubscription(database);
    const binding = { subscriptionId, table: 't', column: 'c', row: 'r' };
    await start(first);
    await start(first, second);
    const keyEncryption = await start(second);
    const here = await openTestSecrets(database, second, { keyEncryption });
    const running = await openTestSecrets(database, second);
    const sealed = await here.secretBox.seal('x', binding);
    const before = here.secretBox.deriveKey('p').toString('hex');
    const count = await here.keyRing.rewrap({ subscriptionId, ...rest }, [
      platformSubscriptionId,
      subscriptionId,
    ]);
    expect(count).toBe(2);
    expect(await wrappers()).toEqual({ active: 'key 2' });
    for (const { secretBox, keyRing } of [here, running, await openTestSecrets(database, second)]) {
      keyRing.forget(subscriptionId);
      expect(await secretBox.open(sealed, binding)).toBe('x');
      await keyRing.rotate(subscriptionId);
      expect(await secretBox.open(await secretBox.seal('y', binding), binding)).toBe('y');
      expect(secretBox.deriveKey('p').toString('hex')).toBe(before);
    }
    await expect(start(first)).rejects.toThrow(RootKeyError);
  });

  it('goes on with a new master key that was left half used', async () => {
    const { subscriptionId, ...rest } = await newSubscription(database);
    const binding = { subscriptionId, table: 't', column: 'c', row: 'r' };
    const keyEncryption = await start(first);
    const { secretBox, keyRing } = await openTestSecrets(database, first, { keyEncryption });
    const sealed = await secretBox.seal('x', binding);
    await keyEncryption.renew();
    await keyEncryption.finishRenewal();
    const masters = () =>
      database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
        sql`select 1 from app.master_key`.execute(tx).then(({ rows }) => rows.length),
      );
    expect(await masters()).toBe(2);
    const again = await openTestSecrets(database, first);
    expect(await again.secretBox.open(sealed, binding)).toBe('x');
    await keyRing.rewrap({ subscriptionId, ...rest }, [platformSubscriptionId, subscriptionId]);
    expect(await masters()).toBe(1);
    expect(await (await openTestSecrets(database, first)).secretBox.open(sealed, binding)).toBe('x');
  });
});
