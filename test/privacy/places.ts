import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Every file below a folder, whole. */
export function filesIn(folder: string, label: string): Place[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).size < 512 * 1024 * 1024,
    )
    .map((entry) => ({
      name: `${label}: ${join(entry.parentPath, entry.name).slice(folder.length + 1)}`,
      bytes: readFileSync(join(entry.parentPath, entry.name)),
    }));
}

/** Something that answers SQL as a superuser: row-level security must not hide a leak from the search. */
export interface Superuser {
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Every row of every table that is not the engine's own, as text. */
export async function tablesOf(database: Superuser): Promise<Place[]> {
  const tables = await database.query(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%' order by 1`,
  );
  const places: Place[] = [];
  for (const { name } of tables) {
    const rows = await database.query(`select t::text as line from ${String(name)} t`);
    places.push({
      name: `table: ${String(name)}`,
      bytes: Buffer.from(rows.map((row) => String(row['line'])).join('\n')),
    });
  }
  return places;
}
