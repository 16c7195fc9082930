import { sql, type RawBuilder } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import type { SealedColumn } from '../data-catalogue/catalogue.ts';

/** A sealed value and where it stands. */
export interface SealedRow {
  /** The binding's row. */
  readonly row: string;
  readonly sealed: string;
  /** Where the row is on disk; changes with every change of the row. */
  readonly place: string;
}

const tableOf = ({ table }: SealedColumn) => sql.table(`app.${table}`);
const rowOf = ({ row }: SealedColumn): RawBuilder<string> =>
  sql`(${sql.join(
    row.map((name) => sql`${sql.ref(name)}::text`),
    sql` || '/' || `,
  )})`;

/** Values of the entered subscription that one of these data keys sealed, without those of `skipped`. */
export async function readSealedBy(
  tx: ReadTransaction,
  column: SealedColumn,
  options: {
    readonly dataKeyIds: readonly string[];
    readonly skipped: readonly string[];
    readonly limit: number;
  },
): Promise<readonly SealedRow[]> {
  const value = sql.ref(column.column);
  const query = sql<SealedRow>`
    select ${rowOf(column)} as "row", ${value} as "sealed", ctid::text as "place" from ${tableOf(column)}
    where ${value} is not null and app.data_key_of(${value}) = any(${options.dataKeyIds}::uuid[])
      and not (${value} = any(${options.skipped}::text[]))
    limit ${options.limit}`;
  return (await query.execute(tx)).rows;
}

/** Values of the entered subscription in the order of their rows. */
export async function readSealedPage(
  tx: ReadTransaction,
  column: SealedColumn,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly SealedRow[]> {
  const value = sql.ref(column.column);
  const query = sql<SealedRow>`
    select ${rowOf(column)} as "row", ${value} as "sealed", ctid::text as "place" from ${tableOf(column)}
    where ${value} is not null and ${rowOf(column)} > ${page.after}
    order by 1 limit ${page.limit}`;
  return (await query.execute(tx)).rows;
}

/** How many values each data key has sealed in a column; under null what is no sealed value at all. */
export async function countByDataKey(
  tx: ReadTransaction,
  column: SealedColumn,
): Promise<ReadonlyMap<string | null, number>> {
  const value = sql.ref(column.column);
  const query = sql<{ id: string | null; count: string }>`
    select app.data_key_of(${value}) as id, count(*) as count from ${tableOf(column)}
    where ${value} is not null group by 1`;
  return new Map((await query.execute(tx)).rows.map((row) => [row.id, Number(row.count)]));
}

/** Stores new values where the old ones still stand; rows that others hold are left for later. Returns how many were stored. */
export async function replaceSealed(
  tx: WriteTransaction,
  column: SealedColumn,
  changes: readonly { readonly place: string; readonly before: string; readonly after: string }[],
): Promise<number> {
  const value = sql.ref(column.column);
  const table = tableOf(column);
  const query = sql`
    with change as (
      select * from unnest(${changes.map(({ place }) => place)}::tid[], ${changes.map(({ before }) => before)}::text[],
        ${changes.map(({ after }) => after)}::text[]) as change (place, before, after)
    ), locked as materialized (
      select ctid as place from ${table}
      where ctid = any(${changes.map(({ place }) => place)}::tid[]) for update skip locked
    )
    update ${table} as target set ${value} = change.after from change join locked on locked.place = change.place
    where target.ctid = change.place and target.${value} = change.before`;
  return Number((await query.execute(tx)).numAffectedRows ?? 0n);
}
