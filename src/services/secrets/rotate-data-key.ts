import type { Call } from '../../ports/call.ts';
import { sealedColumns } from '../data-catalogue/catalogue.ts';
import { deleteDataKey, listDataKeys, lockRetiredKey } from './data-key-queries.ts';
import { reEncrypt, type ReEncryption } from './re-encrypt.ts';
import { countByDataKey } from './sealed-column-queries.ts';

type RotationCall = Call<'database' | 'secretBox' | 'keyRing'>;

export interface Rotation extends ReEncryption {
  /** Data keys destroyed because nothing stored needed them. */
  readonly destroyed: number;
  /** Retired data keys that are kept: too young, or still needed. */
  readonly kept: number;
}

/** How long a retired key is kept: chat history in visitors' browsers is sealed under keys derived from it. */
export const keepRetiredSeconds = 86_400;

/** Gives a subscription a new data key, seals its values under it and destroys old keys that nothing needs. */
export async function rotateDataKey(
  call: RotationCall,
  retiredSeconds = keepRetiredSeconds,
): Promise<Rotation> {
  await call.ports.keyRing.rotate(call.subscriptionId);
  return finishRotation(call, retiredSeconds);
}

/** The second half of a rotation; can be repeated until no old key is kept. */
export async function finishRotation(
  call: RotationCall,
  retiredSeconds = keepRetiredSeconds,
): Promise<Rotation> {
  const { database, keyRing } = call.ports;
  const done = await reEncrypt(call);
  const retired = (await database.read(call, listDataKeys)).filter(({ state }) => state === 'retired');
  let destroyed = 0;
  for (const { id } of retired) if (await destroyUnused(call, id, retiredSeconds)) destroyed += 1;
  if (destroyed > 0) keyRing.forget(call.subscriptionId);
  return { ...done, destroyed, kept: retired.length - destroyed };
}

class StillNeeded extends Error {}

/** Destroys a retired key when nothing stored needs it; false when something does. */
async function destroyUnused(call: RotationCall, id: string, retiredSeconds: number): Promise<boolean> {
  try {
    await call.ports.database.write(
      call,
      { permission: 'system:keys', audit: { action: 'data-key.destroyed', target: id } },
      async (tx) => {
        // Whoever stores a value holds its key: with the lock, nobody is in the middle of that, and a count is final.
        if (!(await lockRetiredKey(tx, id, retiredSeconds))) throw new StillNeeded();
        for (const column of sealedColumns)
          if (((await countByDataKey(tx, column)).get(id) ?? 0) > 0) throw new StillNeeded();
        await deleteDataKey(tx, id);
      },
    );
    return true;
  } catch (error) {
    if (error instanceof StillNeeded) return false;
    throw error;
  }
}
