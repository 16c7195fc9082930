import type { Call } from '../../ports/call.ts';
import { deleteDataKeys } from './data-key-queries.ts';

/**
 * Destroys every data key of a subscription: whatever is sealed, here and in copies without their keys, can never be
 * opened again. Other processes hold an opened key for at most a minute longer. Returns how many keys were destroyed.
 */
export async function destroyDataKeys(call: Call<'database' | 'keyRing'>): Promise<number> {
  const count = await call.ports.database.write(
    call,
    { permission: 'subscriptions:erase', audit: { action: 'data-keys.destroyed' } },
    (tx) => deleteDataKeys(tx),
  );
  call.ports.keyRing.forget(call.subscriptionId);
  return count;
}
