import type { Ids } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { KeyEncryption } from '../../ports/key-encryption.ts';
import { readActiveDataKey, retireDataKey } from './data-key-queries.ts';
import { unlessLost } from './key-ring.ts';
import { systemWrite } from './system-write.ts';

/** Retires the data keys that a lost root key has shut, so that new ones are made; returns how many. */
export async function retireLostKeys(
  options: { readonly database: Database; readonly ids: Ids; readonly keyEncryption: KeyEncryption },
  subscriptionIds: readonly string[],
): Promise<number> {
  let lost = 0;
  for (const subscriptionId of subscriptionIds) {
    for (const purpose of ['seal', 'derive'] as const) {
      const row = await options.database.read({ subscriptionId }, (tx) => readActiveDataKey(tx, purpose));
      if (row === undefined) continue;
      const key = await unlessLost(
        options.keyEncryption.unwrap(row.wrapped, { subscriptionId, dataKeyId: row.id }),
      );
      key?.fill(0);
      if (key !== undefined) continue;
      await systemWrite(
        options,
        { action: 'data-key.lost', target: row.id, outcome: 'failed', facts: { purpose } },
        (tx) => retireDataKey(tx, row.id),
        subscriptionId,
      );
      lost += 1;
    }
  }
  return lost;
}
