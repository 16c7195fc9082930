import { LRUCache } from 'lru-cache';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import { Secret } from '../../kernel/secret.ts';
import { insideTransaction } from '../../kernel/transaction-scope.ts';
import type { Ids } from '../../ports/clock.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { KeyEncryption } from '../../ports/key-encryption.ts';
import type { KeyRing } from '../../ports/key-ring.ts';
import type { Logger } from '../../ports/logger.ts';
import { SecretBoxError, type SealBinding, type SealScope, type SecretBox } from '../../ports/secret-box.ts';
import { DataKeys } from './data-keys.ts';
import { createKeyRing } from './key-ring.ts';
import { deriveBytes, openValue, readSealedValue, sealValue } from './sealed-value.ts';
import { systemWrite } from './system-write.ts';

export interface SecretBoxOptions {
  readonly database: BookkeepingDatabase;
  readonly keyEncryption: KeyEncryption;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly cacheMs?: number;
  readonly sealLimit?: number;
}

export interface OpenedSecretBox {
  readonly secretBox: SecretBox;
  readonly keyRing: KeyRing;
  /** Wipes every opened key. */
  close(): void;
}

// A damaged row is read over and over; one event a minute says it.
const quietMs = 60_000;

/** The SecretBox over the data keys in the database. Makes the platform's key on the first start. */
export async function openSecretBox(options: SecretBoxOptions): Promise<OpenedSecretBox> {
  const keys = new DataKeys(options);
  const derivation = await openDerivationKey(keys);
  const reported = new LRUCache<string, true>({ max: 1_000, ttl: quietMs });

  const seal = async (text: string, binding: SealBinding, scope?: SealScope): Promise<string> => {
    refuseInsideTransaction();
    const { subscriptionId } = binding;
    // A scope's own key seals; the data key's count is for what it seals itself.
    const id =
      scope === undefined ? await keys.takeSeal(subscriptionId) : await keys.currentId(subscriptionId);
    return keys.use(subscriptionId, id, (key) => sealValue(key, id, text, binding, scope));
  };

  const open = async (sealed: string, binding: SealBinding, scope?: SealScope): Promise<string> => {
    refuseInsideTransaction();
    try {
      const value = readSealedValue(sealed);
      return await keys.use(binding.subscriptionId, value.dataKeyId, (key) =>
        openValue(key, value, binding, scope),
      );
    } catch (error) {
      // What visitors send under a scope is theirs to forge; what a column holds should always open.
      if (error instanceof SecretBoxError && scope === undefined) await report(options, reported, binding);
      throw error;
    }
  };

  return {
    secretBox: {
      seal,
      open,
      deriveKey: (purpose) => derivation.use((key) => deriveBytes(key, '', `indesk ${purpose}`)),
    },
    keyRing: createKeyRing(options, keys),
    close: () => {
      keys.forget();
      derivation.wipe();
    },
  };
}

async function openDerivationKey(keys: DataKeys): Promise<Secret> {
  const id = await keys.activeId(platformSubscriptionId, 'derive');
  return keys.use(platformSubscriptionId, id, (key) => new Secret(Buffer.from(key)));
}

function refuseInsideTransaction(): void {
  if (insideTransaction()) throw new Error('Seal before the transaction and open after it');
}

async function report(
  options: SecretBoxOptions,
  reported: LRUCache<string, true>,
  { subscriptionId, table, column, row }: SealBinding,
): Promise<void> {
  const name = [subscriptionId, table, column, row].join('/');
  if (reported.has(name)) return;
  reported.set(name, true);
  options.logger.error('a sealed value could not be opened', { subscriptionId, code: `${table}.${column}` });
  try {
    await systemWrite(
      options,
      { action: 'crypto.open-failed', target: `${table}.${column}/${row}`, outcome: 'failed' },
      async () => {},
      subscriptionId,
    );
  } catch {
    // The subscription may be unknown or the database away; the log line has said it.
  }
}
