import type { ProbeEngine } from './engines.ts';

export interface OwnedTable {
  readonly name: string;
  /** The column that names the subscription. */
  readonly key: string;
}

/** Every table whose rows belong to a subscription, from the database's own catalogue. */
export async function ownedTables({ query }: ProbeEngine): Promise<readonly OwnedTable[]> {
  const rows = await query(`
    select n.nspname || '.' || c.relname as name, a.attname::text as key
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
      and a.attname = case when c.relname = 'subscription' then 'id' else 'subscription_id' end
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') order by 1`);
  return rows.map(({ name, key }) => ({ name: String(name), key: String(key) }));
}

/** How many rows a subscription has in each table, and a hash of all that stands in them. */
export async function rowsOf(
  engine: ProbeEngine,
  tables: readonly OwnedTable[],
  subscriptionId: string,
): Promise<ReadonlyMap<string, { readonly count: number; readonly hash: string }>> {
  const parts = tables.map(
    ({ name, key }) =>
      `select '${name}' as name, count(*)::int as count, md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) as hash
       from ${name} t where t.${key} = '${subscriptionId}'`,
  );
  const rows = await engine.query(parts.join(' union all '));
  return new Map(
    rows.map(({ name, count, hash }) => [String(name), { count: Number(count), hash: String(hash) }]),
  );
}

/** Names of tables whose rows are not what they were. */
export function changedTables(
  before: ReadonlyMap<string, { readonly hash: string }>,
  after: ReadonlyMap<string, { readonly hash: string }>,
): readonly string[] {
  return [...after].filter(([name, { hash }]) => before.get(name)?.hash !== hash).map(([name]) => name);
}
