import type { ScratchDatabase } from './database.ts';

export interface TenantColumn {
  readonly name: string;
  /** Name of its type, for example `uuid` or `_text` for an array. */
  readonly type: string;
  /** What the type was given in parentheses: dimensions of a vector; -1 for nothing. */
  readonly size: number;
  /** Must be named in an insert. */
  readonly needed: boolean;
  readonly canInsert: boolean;
  readonly canUpdate: boolean;
}

/** A table of schema `app`, as the catalogue of the database tells it. */
export interface TenantTable {
  readonly name: string;
  /** The column that names the subscription; undefined breaks the rule that every table has one. */
  readonly key: string | undefined;
  readonly columns: readonly TenantColumn[];
  readonly canSelect: boolean;
  readonly canDelete: boolean;
}

/** Every table of schema `app`, whoever added it. */
export async function tenantTables(scratch: ScratchDatabase): Promise<readonly TenantTable[]> {
  const rows = await scratch.query(`
    select class.relname::text as table_name, attribute.attname::text as name, type.typname::text as type,
      attribute.atttypmod::integer as size,
      attribute.attnotnull and not attribute.atthasdef and attribute.attidentity = '' as needed,
      has_column_privilege('app_rw', class.oid, attribute.attnum, 'insert') as can_insert,
      has_column_privilege('app_rw', class.oid, attribute.attnum, 'update') as can_update,
      has_any_column_privilege('app_rw', class.oid, 'select') as can_select,
      has_table_privilege('app_rw', class.oid, 'delete') as can_delete
    from pg_class class
    join pg_attribute attribute on attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
    join pg_type type on type.oid = attribute.atttypid
    where class.relnamespace = 'app'::regnamespace and class.relkind in ('r', 'p') and attribute.attgenerated = ''
    order by 1, attribute.attnum`);
  const tables = new Map<string, typeof rows>();
  for (const row of rows) {
    const name = String(row['table_name']);
    tables.set(name, [...(tables.get(name) ?? []), row]);
  }
  return [...tables].map(([name, columns]) => {
    const key = name === 'subscription' ? 'id' : 'subscription_id';
    return {
      name,
      key: columns.some((column) => column['name'] === key) ? key : undefined,
      canSelect: columns[0]?.['can_select'] === true,
      canDelete: columns[0]?.['can_delete'] === true,
      columns: columns.map((column) => ({
        name: String(column['name']),
        type: String(column['type']),
        size: Number(column['size']),
        needed: column['needed'] === true,
        canInsert: column['can_insert'] === true,
        canUpdate: column['can_update'] === true,
      })),
    };
  });
}

/** Two subscriptions with one row in every table of schema `app`. */
export interface TwoTenants {
  readonly own: string;
  readonly other: string;
}

let serial = 0;

/** An insert of a row of the subscription with something in each column that needs it. */
export function insertStatement(
  table: TenantTable,
  subscriptionId: string,
  columns: readonly TenantColumn[] = table.columns.filter(({ needed, name }) => needed || name === table.key),
): string {
  serial += 1;
  const values = columns.map((column) =>
    column.name === table.key ? `'${subscriptionId}'` : literalFor(column, serial),
  );
  return `insert into app.${table.name} (${columns.map(({ name }) => name).join(', ')}) values (${values.join(', ')})`;
}

/** Gives two subscriptions a row in every table. Drops CHECK constraints and skips triggers: this is about whose rows they are. */
export async function seedTwoTenants(
  scratch: ScratchDatabase,
  tables: readonly TenantTable[],
): Promise<TwoTenants> {
  const tenants = { own: crypto.randomUUID(), other: crypto.randomUUID() };
  const checks = await scratch.query(`
    select conrelid::regclass::text as table_name, quote_ident(conname) as name from pg_constraint
    where contype = 'c' and connamespace = 'app'::regnamespace and conrelid <> 0`);
  for (const check of checks)
    await scratch.execute(
      `alter table ${String(check['table_name'])} drop constraint ${String(check['name'])}`,
    );
  await scratch.execute(`set session_replication_role = replica`);
  for (const id of [tenants.own, tenants.other])
    for (const table of tables) await scratch.execute(insertStatement(table, id));
  await scratch.execute(`reset session_replication_role`);
  return tenants;
}

function literalFor({ type, size, name }: TenantColumn, number: number): string {
  if (type.startsWith('_')) return `'{}'`;
  switch (type) {
    case 'uuid':
      return `'${crypto.randomUUID()}'`;
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'name':
      return `'${name.slice(0, 4)}${number}'`;
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float4':
    case 'float8':
      return String(number);
    case 'bool':
      return 'false';
    case 'json':
    case 'jsonb':
      return `'{}'`;
    case 'bytea':
      return `'\\x00'`;
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return 'now()';
    case 'interval':
      return `'1 day'`;
    case 'inet':
    case 'cidr':
      return `'10.0.0.1'`;
    case 'vector':
    case 'halfvec':
      return `array_fill(0, array[${Math.max(size, 1)}])::real[]::${type}`;
    case 'tsvector':
      return `''`;
    case 'int4range':
    case 'int8range':
      return `'empty'`;
    default:
      throw new Error(
        `No sample for type ${type} of column ${name}: add one to test/support/tenant-tables.ts`,
      );
  }
}
