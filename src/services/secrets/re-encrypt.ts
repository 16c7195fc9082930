import { setTimeout as wait } from 'node:timers/promises';
import type { Call } from '../../ports/call.ts';
import { SecretBoxError } from '../../ports/secret-box.ts';
import { sealedColumns, type SealedColumn } from '../data-catalogue/catalogue.ts';
import { listDataKeys } from './data-key-queries.ts';
import { readSealedBy, replaceSealed, type SealedRow } from './sealed-column-queries.ts';

type ReEncryptCall = Call<'database' | 'secretBox'>;

export interface ReEncryption {
  readonly values: number;
  /** Values that did not open; they stay as they are. */
  readonly unopenable: number;
}

const batchSize = 200;
const mostUnopenable = 1_000;
const mostIdleRounds = 100;
const idleMs = 50;

/**
 * Seals every value that a retired data key sealed under the active one. It can be ended at any point, run again and run
 * beside other writers: a value is stored only where the one it was made from still stands.
 */
export async function reEncrypt(call: ReEncryptCall): Promise<ReEncryption> {
  const keys = await call.ports.database.read(call, listDataKeys);
  const retired = keys.filter(({ state }) => state === 'retired').map(({ id }) => id);
  if (retired.length === 0) return { values: 0, unopenable: 0 };
  let values = 0;
  let unopenable = 0;
  for (const column of sealedColumns) {
    const done = await reEncryptColumn(call, column, retired);
    values += done.values;
    unopenable += done.unopenable;
  }
  return { values, unopenable };
}

async function reEncryptColumn(
  call: ReEncryptCall,
  column: SealedColumn,
  dataKeyIds: readonly string[],
): Promise<ReEncryption> {
  const { database } = call.ports;
  const skipped: string[] = [];
  let values = 0;
  for (let idle = 0; idle < mostIdleRounds && skipped.length < mostUnopenable;) {
    call.signal.throwIfAborted();
    const rows = await database.read(call, (tx) =>
      readSealedBy(tx, column, { dataKeyIds, skipped, limit: batchSize }),
    );
    if (rows.length === 0) break;
    const changes = await Promise.all(rows.map((row) => reseal(call, column, row)));
    for (const [index, change] of changes.entries())
      if (change === undefined) skipped.push(rows[index]?.sealed ?? '');
    const opened = changes.filter((change) => change !== undefined);
    if (opened.length === 0) continue;
    const stored = await database.write(
      call,
      {
        permission: 'system:keys',
        audit: { action: 'values.re-encrypted', target: `${column.table}.${column.column}` },
      },
      (tx) => replaceSealed(tx, column, opened),
    );
    values += stored;
    // Every row of the batch is being changed by others: they will be done in a moment.
    idle = stored === 0 ? idle + 1 : 0;
    if (stored === 0) await wait(idleMs, undefined, { signal: call.signal });
  }
  return { values, unopenable: skipped.length };
}

async function reseal(
  { subscriptionId, ports: { secretBox } }: ReEncryptCall,
  { table, column }: SealedColumn,
  { row, sealed, place }: SealedRow,
): Promise<{ place: string; before: string; after: string } | undefined> {
  const binding = { subscriptionId, table, column, row };
  try {
    const after = await secretBox.seal(await secretBox.open(sealed, binding), binding);
    return { place, before: sealed, after };
  } catch (error) {
    if (error instanceof SecretBoxError) return undefined;
    throw error;
  }
}
