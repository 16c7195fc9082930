import type { Call } from '../../ports/call.ts';
import { sealedColumns } from '../data-catalogue/catalogue.ts';
import { listDataKeys, type DataKey } from './data-key-queries.ts';
import { countByDataKey } from './sealed-column-queries.ts';

export interface DataKeyStatus extends DataKey {
  readonly opens: boolean;
  /** Stored values it has sealed. */
  readonly values: number;
}

/** The data keys of a subscription, whether they open, and how many stored values need each. */
export async function keyStatus(call: Call<'database' | 'keyRing'>): Promise<readonly DataKeyStatus[]> {
  const { database, keyRing } = call.ports;
  const values = new Map<string | null, number>();
  for (const column of sealedColumns)
    for (const [id, count] of await database.read(call, (tx) => countByDataKey(tx, column)))
      values.set(id, (values.get(id) ?? 0) + count);
  const keys = await database.read(call, listDataKeys);
  return Promise.all(
    keys.map(async (key) => ({
      ...key,
      opens: await keyRing.opens(call.subscriptionId, key.id),
      values: values.get(key.id) ?? 0,
    })),
  );
}
