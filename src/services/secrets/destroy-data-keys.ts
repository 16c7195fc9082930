import type { Call } from '../../ports/call.ts';
import { eraseDataKeys } from './data-key-queries.ts';

/**
 * The first step of an erasure: destroys every data key of a subscription that is marked as deleted and not held.
 * Whatever is sealed, here and in copies without their keys, can never be opened again. Other processes hold an opened
 * key for at most a minute longer. Returns how many keys were destroyed.
 */
export async function destroyDataKeys(call: Call<'database' | 'keyRing'>): Promise<number> {
  const count = await call.ports.database.write(
    call,
    { permission: 'subscriptions:erase', audit: { action: 'data-keys.destroyed' } },
    (tx) => eraseDataKeys(tx),
  );
  call.ports.keyRing.forget(call.subscriptionId);
  return count;
}
