import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Database } from '../../ports/database.ts';
import { KeyUnwrapError, type KeyEncryption } from '../../ports/key-encryption.ts';
import type { KeyRing } from '../../ports/key-ring.ts';
import { SecretBoxError } from '../../ports/secret-box.ts';
import { readDataKeys, replaceWrapped } from './data-key-queries.ts';
import type { DataKeys } from './data-keys.ts';

/** What is done to keys by hand and by jobs. */
export function createKeyRing(
  { database, keyEncryption }: { readonly database: Database; readonly keyEncryption: KeyEncryption },
  keys: DataKeys,
): KeyRing {
  const opens = async (subscriptionId: string, dataKeyId: string): Promise<boolean> => {
    try {
      return await keys.use(subscriptionId, dataKeyId, () => true);
    } catch (error) {
      if (error instanceof SecretBoxError) return false;
      throw error;
    }
  };
  return {
    opens,
    rootKeys: () => keyEncryption.describe(),
    rotate: async (subscriptionId) => {
      const before = await keys.activeId(subscriptionId, 'seal');
      await keys.replace(subscriptionId, 'seal', before);
      return keys.activeId(subscriptionId, 'seal');
    },
    rewrap: async (call, subscriptionIds) => {
      await keyEncryption.renew();
      let count = 0;
      for (const subscriptionId of subscriptionIds)
        count += await rewrapOne({ ...call, subscriptionId }, { database, keyEncryption });
      await keyEncryption.finishRenewal();
      return count;
    },
    forget: (subscriptionId) => keys.forget(subscriptionId),
  };
}

type RewrapCall = Parameters<KeyRing['rewrap']>[0];

/** Wraps the data keys of one subscription anew, those that can be unwrapped; returns how many. */
async function rewrapOne(
  call: RewrapCall,
  { database, keyEncryption }: { readonly database: Database; readonly keyEncryption: KeyEncryption },
): Promise<number> {
  const { subscriptionId } = call;
  let count = 0;
  for (const row of await database.read(call, readDataKeys)) {
    const context = { subscriptionId, dataKeyId: row.id };
    const key = await unlessLost(keyEncryption.unwrap(row.wrapped, context));
    if (key === undefined) continue;
    const wrapped = await keyEncryption.wrap(key, context);
    key.fill(0);
    await database.write(
      call,
      { permission: 'system:keys', audit: { action: 'data-key.rewrapped', target: row.id } },
      (tx) =>
        replaceWrapped(tx, { id: row.id, before: row.wrapped, wrapped, masterOwner: platformSubscriptionId }),
    );
    count += 1;
  }
  return count;
}

/** Undefined when the key that wrapped it is lost. */
export async function unlessLost(unwrapping: Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await unwrapping;
  } catch (error) {
    if (error instanceof KeyUnwrapError) return undefined;
    throw error;
  }
}
