import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { TestRedis } from '../support/redis.ts';
import type { PlantedLeak } from './engines.ts';
import { textPlace, type Place } from './places.ts';

/** A watch over all that passes through a Redis, and a look at all that stays. */
export interface RedisSearch {
  /** Every command since the beginning; only this shows what was there for a second. */
  commands(): Place[];
  /** Every key with its value, of every type. */
  keys(): Promise<Place[]>;
  /** Conversations that wait for Zendesk, sealed. Throws where there are none, or one that stays for longer than an hour. */
  waitingTranscripts(): Promise<readonly string[]>;
  close(): void;
}

/** Begins to record; to be called before the server starts. */
export async function searchRedis(redis: TestRedis): Promise<RedisSearch> {
  const admin = redis.admin();
  const lines: string[] = [];
  const monitor = await admin.monitor();
  monitor.on('monitor', (_time: string, parts: string[]) => void lines.push(parts.join(' ')));
  return {
    commands: () => {
      const shown = lines.join('\n');
      return [
        textPlace('commands to Redis', shown),
        { name: 'commands to Redis, unescaped', bytes: unescaped(shown) },
      ];
    },
    keys: () => keysOf(admin),
    waitingTranscripts: () => waitingIn(admin),
    close: () => monitor.disconnect(),
  };
}

/** MONITOR writes bytes that are no printable ASCII as `\xHH`. */
const unescaped = (text: string): Buffer =>
  Buffer.from(
    text.replaceAll(/\\x([0-9a-f]{2})/g, (_all, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
    'latin1',
  );

async function waitingIn(admin: Redis): Promise<readonly string[]> {
  const keys = await admin.keys('*chat-transcript:*');
  if (keys.length === 0) throw new Error('no conversation waits for Zendesk, so nothing is proved');
  return Promise.all(
    keys.map(async (key) => {
      const seconds = await admin.ttl(key);
      if (seconds <= 0 || seconds > 3_600) throw new Error(`${key} stays for ${seconds} seconds`);
      return (await admin.get(key)) ?? '';
    }),
  );
}

async function keysOf(admin: Redis): Promise<Place[]> {
  const places: Place[] = [];
  for await (const batch of admin.scanStream({ count: 500 })) {
    for (const key of batch as string[]) {
      const value = await valueOf(admin, key, await admin.type(key));
      const parts = [Buffer.from(key), ...value].flatMap((part) => [part, Buffer.from('\n')]);
      places.push({ name: `key of Redis: ${key}`, bytes: Buffer.concat(parts) });
    }
  }
  return places;
}

async function valueOf(admin: Redis, key: string, type: string): Promise<Buffer[]> {
  switch (type) {
    case 'string':
      return [(await admin.getBuffer(key)) ?? Buffer.alloc(0)];
    case 'hash':
      return Object.entries(await admin.hgetallBuffer(key)).flatMap(([field, value]) => [
        Buffer.from(field),
        value,
      ]);
    case 'list':
      return admin.lrangeBuffer(key, 0, -1);
    case 'set':
      return admin.smembersBuffer(key);
    case 'zset':
      return admin.zrangeBuffer(key, '0', '-1');
    case 'stream':
      return (await admin.xrangeBuffer(key, '-', '+')).flatMap(([, fields]) => fields);
    // Gone since it was listed.
    case 'none':
      return [];
    default:
      throw new Error(`a type of Redis that nobody has thought of: ${type}`);
  }
}

/** One leak for each type of value, for a command that leaves nothing behind, and for a file. */
export function redisLeaks(redis: TestRedis, search: RedisSearch): PlantedLeak[] {
  const admin = redis.admin();
  const values: Readonly<Record<string, (key: string, leak: string) => Promise<unknown>>> = {
    string: (key, leak) => admin.set(key, leak),
    hash: (key, leak) => admin.hset(key, 'data', JSON.stringify({ leak })),
    list: (key, leak) => admin.rpush(key, leak),
    set: (key, leak) => admin.sadd(key, leak),
    zset: (key, leak) => admin.zadd(key, 1, leak),
    stream: (key, leak) => admin.xadd(key, '*', 'returnvalue', leak),
  };
  return [
    ...Object.entries(values).map(([type, write]) => ({
      kind: `a ${type} in Redis`,
      plant: async (leak: string) => {
        await write(`planted:${type}`, leak);
        return search.keys();
      },
    })),
    {
      kind: 'the name of a key of Redis',
      plant: async (leak) => {
        await admin.set(`planted:${leak}`, '1');
        return search.keys();
      },
    },
    {
      kind: 'a value that Redis held for a moment',
      plant: async (leak) => {
        await admin.multi().set('planted:moment', leak).del('planted:moment').exec();
        // The monitor is another connection.
        await sleep(200);
        return search.commands();
      },
    },
    {
      kind: 'bytes that Redis held for a moment',
      plant: async (leak) => {
        await admin.multi().set('planted:moment', Buffer.from(leak, 'utf16le')).del('planted:moment').exec();
        await sleep(200);
        return search.commands();
      },
    },
    {
      kind: 'a file of Redis',
      plant: async (leak) => {
        await admin.set('planted:file', leak);
        await admin.save();
        return redis
          .filesLeft()
          .map((file) => ({ name: file, bytes: readFileSync(join(redis.directory, file)) }));
      },
    },
  ];
}
