import type { Call } from '../../ports/call.ts';
import { SecretBoxError } from '../../ports/secret-box.ts';
import { sealedColumns, type SealedColumn } from '../data-catalogue/catalogue.ts';
import { listDataKeys } from './data-key-queries.ts';
import { countByDataKey, readSealedPage } from './sealed-column-queries.ts';

type FindCall = Call<'database' | 'secretBox' | 'keyRing'>;

/** Values of one column that cannot be opened. */
export interface Unopenable {
  readonly table: string;
  readonly column: string;
  /** All of them. */
  readonly count: number;
  /** The first of their rows. */
  readonly rows: readonly string[];
}

const pageSize = 500;
/** A column with more values is tried only so far; the rest is judged by whether its data keys open. */
const mostTried = 10_000;
const mostNamed = 20;

/** Tries every sealed value of a subscription and says which do not open. */
export async function findUnopenable(call: FindCall): Promise<readonly Unopenable[]> {
  const { database, keyRing } = call.ports;
  const shut = new Set<string | null>([null]);
  const known = new Set<string | null>();
  for (const { id } of await database.read(call, listDataKeys)) {
    known.add(id);
    if (!(await keyRing.opens(call.subscriptionId, id))) shut.add(id);
  }
  const found: Unopenable[] = [];
  for (const column of sealedColumns) {
    const counts = await database.read(call, (tx) => countByDataKey(tx, column));
    const byKey = [...counts].reduce(
      (sum, [id, count]) => (shut.has(id) || !known.has(id) ? sum + count : sum),
      0,
    );
    const tried = await tryColumn(call, column);
    const count = Math.max(byKey, tried.length);
    if (count > 0)
      found.push({ table: column.table, column: column.column, count, rows: tried.slice(0, mostNamed) });
  }
  return found;
}

async function tryColumn(call: FindCall, column: SealedColumn): Promise<readonly string[]> {
  const { database, secretBox } = call.ports;
  const { subscriptionId } = call;
  const failed: string[] = [];
  let after = '';
  for (let tried = 0; tried < mostTried; tried += pageSize) {
    call.signal.throwIfAborted();
    const page = await database.read(call, (tx) => readSealedPage(tx, column, { after, limit: pageSize }));
    for (const { row, sealed } of page) {
      try {
        await secretBox.open(sealed, { subscriptionId, table: column.table, column: column.column, row });
      } catch (error) {
        if (!(error instanceof SecretBoxError)) throw error;
        failed.push(row);
      }
    }
    after = page.at(-1)?.row ?? after;
    if (page.length < pageSize) break;
  }
  return failed;
}
