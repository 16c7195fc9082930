import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeptTranscripts } from '../../src/adapters/crypto/kept-transcripts.ts';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { createRedisKeyValueStore } from '../../src/adapters/redis/key-value-store.ts';
import { Transient } from '../../src/kernel/transient.ts';
import { keptSeconds, type KeptTranscripts } from '../../src/ports/kept-transcripts.ts';
import type { KeyValueStore } from '../../src/ports/key-value-store.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { newSubscription } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openLink, redisMissing, startTestRedis, usable } from '../support/redis.ts';
import { openTestSecrets } from '../support/secrets.ts';

const stores = [
  {
    name: 'memory',
    available: true,
    open: async () => {
      const store = createMemoryKeyValueStore();
      return { store, close: () => store.close() };
    },
  },
  {
    name: 'Redis',
    available: redisMissing === '',
    open: async () => {
      const redis = await startTestRedis();
      const link = openLink(redis);
      await usable(link);
      const store = createRedisKeyValueStore(link, createMemoryKeyValueStore());
      const close = async () => {
        await store.close();
        await link.close();
        await redis.remove();
      };
      return { store, close };
    },
  },
];
const words = 'Where is my CANARY parcel?';

for (const { name, available, open } of stores) {
  describe.skipIf(!available)(`conversations that wait for Zendesk on ${name}`, () => {
    let secretBox: SecretBox;
    let subscriptions: string[];
    let store: KeyValueStore;
    let transcripts: KeptTranscripts;
    const written: { key: string; value: string; ttlSeconds: number }[] = [];
    const closing: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      const [engine] = engines;
      if (engine === undefined) throw new Error('no database is available');
      const database = await engine.open();
      closing.push(() => database.close());
      ({ secretBox } = await openTestSecrets(database));
      subscriptions = [
        (await newSubscription(database)).subscriptionId,
        (await newSubscription(database)).subscriptionId,
      ];
      const opened = await open();
      closing.unshift(opened.close);
      store = {
        ...opened.store,
        get: (key) => opened.store.get(key),
        delete: (key) => opened.store.delete(key),
        set: (key, value, options) => {
          written.push({ key, value, ...options });
          return opened.store.set(key, value, options);
        },
      };
      transcripts = createKeptTranscripts(secretBox, store);
    });
    afterAll(async () => {
      for (const close of closing) await close();
    });

    it('S8: are sealed, leave after an hour at most, and are read back until they are forgotten', async () => {
      const place = { subscriptionId: subscriptions[0] ?? '', sessionId: randomUUID() };
      expect(await transcripts.find(place)).toBeUndefined();
      await transcripts.keep(place, Transient.of(words));
      expect((await transcripts.find(place))?.measure((text) => text === words)).toBe(true);
      const [one] = written.slice(-1);
      expect(one?.ttlSeconds).toBe(keptSeconds);
      expect(keptSeconds).toBeLessThanOrEqual(3_600);
      expect(`${one?.key} ${one?.value}`).not.toMatch(/CANARY|parcel/);
      expect(Buffer.from(one?.value ?? '', 'base64url').includes('CANARY')).toBe(false);
      await transcripts.forget(place);
      expect(await transcripts.find(place)).toBeUndefined();
    });

    it('S128: each session’s is sealed under a key of its own, for its own place alone', async () => {
      const [first = '', second = ''] = subscriptions;
      const place = { subscriptionId: first, sessionId: randomUUID() };
      await transcripts.keep(place, Transient.of(words));
      const sealed = written.at(-1)?.value ?? '';
      for (const other of [
        { subscriptionId: first, sessionId: randomUUID() },
        { subscriptionId: second, sessionId: place.sessionId },
      ]) {
        await store.set(`chat-transcript:${other.subscriptionId}:${other.sessionId}`, sealed, {
          ttlSeconds: 60,
        });
        expect(await transcripts.find(other)).toBeUndefined();
      }
    });
  });
}
