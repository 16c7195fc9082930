import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import { Secret } from '../../kernel/secret.ts';
import type { Ids } from '../../ports/clock.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import { KeyUnwrapError, type KeyEncryption, type WrappedKey } from '../../ports/key-encryption.ts';
import type { Logger } from '../../ports/logger.ts';
import { SecretBoxError } from '../../ports/secret-box.ts';
import {
  insertDataKey,
  readActiveDataKey,
  readDataKey,
  takeSeals,
  type DataKeyPurpose,
  type DataKeyRow,
} from './data-key-queries.ts';
import { LostRace } from './master-key-queries.ts';
import { isSqlState } from './master-keys.ts';
import { systemWrite } from './system-write.ts';

export interface DataKeyOptions {
  readonly database: BookkeepingDatabase;
  readonly keyEncryption: KeyEncryption;
  readonly ids: Ids;
  readonly logger: Logger;
  /** How long an opened key stays in memory; at most 60,000. */
  readonly cacheMs?: number;
  /** Seals after which a key is replaced; 2^24, far below the 2^32 that random nonces allow. */
  readonly sealLimit?: number;
}

interface Active {
  readonly id: string;
  readonly checkedAt: number;
  /** Seals taken in the database and not yet used. */
  remaining: number;
  batch: number;
}

const longestCacheMs = 60_000;
const defaultSealLimit = 2 ** 24;
const firstBatch = 16;
const largestBatch = 16_384;
const mostRounds = 8;
const foreignKeyViolation = '23503';

/** The data keys of all subscriptions: opened for at most a minute, counted, replaced before they have sealed too much. */
export class DataKeys {
  readonly #options: DataKeyOptions;
  readonly #cacheMs: number;
  readonly #sealLimit: number;
  readonly #opened: LRUCache<string, Secret>;
  readonly #opening = new Map<string, Promise<Secret>>();
  readonly #active = new LRUCache<string, Active>({ max: 10_000 });
  readonly #taking = new Map<string, Promise<void>>();

  constructor(options: DataKeyOptions) {
    this.#options = options;
    this.#cacheMs = Math.max(1, Math.min(options.cacheMs ?? longestCacheMs, longestCacheMs));
    this.#sealLimit = options.sealLimit ?? defaultSealLimit;
    this.#opened = new LRUCache<string, Secret>({
      max: 10_000,
      ttl: this.#cacheMs,
      ttlAutopurge: true,
      dispose: (secret) => secret.wipe(),
    });
  }

  /** Lends an opened key to `work`. Throws `SecretBoxError` when there is no such key or it cannot be unwrapped. */
  async use<T>(subscriptionId: string, id: string, work: (key: Buffer) => T): Promise<T> {
    for (;;) {
      const secret = await this.#secretOf(subscriptionId, id);
      // Between opening and here it may have left the cache; a wiped key must never seal anything.
      if (!secret.wiped) return secret.use(work);
    }
  }

  /** The id of the key that seals next, with one seal taken from its count. Makes the first key of a subscription. */
  async takeSeal(subscriptionId: string): Promise<string> {
    for (;;) {
      const active = await this.#activeOf(subscriptionId);
      if (active.remaining > 0) {
        active.remaining -= 1;
        return active.id;
      }
      await this.#takeMore(subscriptionId, active);
    }
  }

  /** The id of the key that seals next, without a seal taken: for keys derived from it. */
  async currentId(subscriptionId: string): Promise<string> {
    return (await this.#activeOf(subscriptionId)).id;
  }

  /** The active key of a purpose, made when there is none. */
  async activeId(subscriptionId: string, purpose: DataKeyPurpose): Promise<string> {
    for (let round = 0; round < mostRounds; round += 1) {
      const row = await this.#options.database.read({ subscriptionId }, (tx) =>
        readActiveDataKey(tx, purpose),
      );
      if (row !== undefined) return row.id;
      await this.replace(subscriptionId, purpose, undefined);
    }
    throw new SecretBoxError();
  }

  /** Makes a new key active; returns undefined when another process has just done so. */
  async replace(
    subscriptionId: string,
    purpose: DataKeyPurpose,
    before: string | undefined,
  ): Promise<string | undefined> {
    const id = this.#options.ids.next();
    const key = randomBytes(32);
    const action = before === undefined ? 'data-key.created' : 'data-key.rotated';
    try {
      for (let round = 0; ; round += 1) {
        const wrapped = await this.#options.keyEncryption.wrap(key, { subscriptionId, dataKeyId: id });
        try {
          await this.#insert(subscriptionId, { id, purpose, wrapped, before, action });
          return id;
        } catch (error) {
          // The master key was replaced between wrapping and storing.
          if (round >= mostRounds || !isSqlState(error, foreignKeyViolation)) throw error;
        }
      }
    } catch (error) {
      if (error instanceof LostRace) return undefined;
      throw error;
    } finally {
      key.fill(0);
      this.#active.delete(subscriptionId);
    }
  }

  /** Forgets opened keys: of one subscription, or all. */
  forget(subscriptionId?: string): void {
    for (const name of [...this.#opened.keys(), ...this.#opening.keys()]) {
      if (subscriptionId !== undefined && !name.startsWith(`${subscriptionId}/`)) continue;
      this.#opened.delete(name);
      this.#opening.delete(name);
    }
    if (subscriptionId === undefined) this.#active.clear();
    else this.#active.delete(subscriptionId);
  }

  async #insert(
    subscriptionId: string,
    key: {
      readonly id: string;
      readonly purpose: DataKeyPurpose;
      readonly wrapped: WrappedKey;
      readonly before: string | undefined;
      readonly action: `${string}.${string}`;
    },
  ): Promise<void> {
    const { action, ...inserted } = key;
    await systemWrite(
      this.#options,
      { action, target: key.id, facts: { purpose: key.purpose } },
      (tx) => insertDataKey(tx, { ...inserted, subscriptionId, masterOwner: platformSubscriptionId }),
      subscriptionId,
    );
  }

  async #activeOf(subscriptionId: string): Promise<Active> {
    const known = this.#active.get(subscriptionId);
    const now = performance.now();
    if (known !== undefined && now - known.checkedAt < this.#cacheMs) return known;
    const id = await this.activeId(subscriptionId, 'seal');
    const current = this.#active.get(subscriptionId);
    const kept = current?.id === id ? current : undefined;
    const active: Active = {
      id,
      checkedAt: now,
      remaining: kept?.remaining ?? 0,
      batch: kept?.batch ?? firstBatch,
    };
    // Whoever still holds the entry before this one must not use its seals a second time.
    if (kept !== undefined) kept.remaining = 0;
    this.#active.set(subscriptionId, active);
    return active;
  }

  #takeMore(subscriptionId: string, active: Active): Promise<void> {
    const running = this.#taking.get(subscriptionId);
    if (running !== undefined) return running;
    const taking = this.#take(subscriptionId, active).finally(() => this.#taking.delete(subscriptionId));
    this.#taking.set(subscriptionId, taking);
    return taking;
  }

  async #take(subscriptionId: string, active: Active): Promise<void> {
    const { database, logger } = this.#options;
    const { id, batch } = active;
    const taken = await database.bookkeep({ subscriptionId }, (tx) => takeSeals(tx, id, batch));
    if (taken === undefined) {
      this.#active.delete(subscriptionId);
    } else if (taken > this.#sealLimit) {
      await this.replace(subscriptionId, 'seal', id);
    } else {
      const half = this.#sealLimit / 2;
      if (taken >= half && taken - batch < half)
        logger.warn('half the seals of a data key are used', { subscriptionId, count: taken });
      active.remaining += batch;
      active.batch = Math.min(batch * 4, largestBatch);
    }
  }

  #secretOf(subscriptionId: string, id: string): Secret | Promise<Secret> {
    const name = `${subscriptionId}/${id}`;
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const running = this.#opening.get(name);
    if (running !== undefined) return running;
    const opening = this.#open(subscriptionId, id)
      .then((secret) => {
        // Forgotten meanwhile: whoever waits may use it, the cache may not keep it.
        if (this.#opening.get(name) === opening) this.#opened.set(name, secret);
        return secret;
      })
      .finally(() => {
        if (this.#opening.get(name) === opening) this.#opening.delete(name);
      });
    this.#opening.set(name, opening);
    return opening;
  }

  async #open(subscriptionId: string, id: string): Promise<Secret> {
    const row: DataKeyRow | undefined = await this.#options.database.read({ subscriptionId }, (tx) =>
      readDataKey(tx, id),
    );
    if (row === undefined) throw new SecretBoxError();
    try {
      return new Secret(
        await this.#options.keyEncryption.unwrap(row.wrapped, { subscriptionId, dataKeyId: id }),
      );
    } catch (error) {
      throw error instanceof KeyUnwrapError ? new SecretBoxError() : error;
    }
  }
}
