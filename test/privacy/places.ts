import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Something that could have kept content, and all that stands in it. */
export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

export const textPlace = (name: string, text: string): Place => ({ name, bytes: Buffer.from(text) });

const largestFile = 512 * 1024 * 1024;

/** Every file below a folder, whole; throws for one too large to search. */
export function filesIn(folder: string, label: string): Place[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      if (statSync(file).size > largestFile) throw new Error(`too large to search: ${file}`);
      return { name: `${label}: ${file.slice(folder.length + 1)}`, bytes: readFileSync(file) };
    });
}

/** Something that answers SQL as a superuser: row-level security must not hide a leak from the search. */
export interface Superuser {
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
}

/** Every row of every table that is not the engine's own, as text: files hold long values compressed. */
export async function tablesOf(database: Superuser): Promise<Place[]> {
  const tables = await database.query(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%' order by 1`,
  );
  const places: Place[] = [];
  for (const { name } of tables) {
    const rows = await database.query(`select t::text as line from ${String(name)} t`);
    places.push(textPlace(`table: ${String(name)}`, rows.map((row) => String(row['line'])).join('\n')));
  }
  return places;
}

/** Statement that puts a text into a row, past everything the program does. */
export const plantRow = (text: string): string =>
  `insert into app.subscription (id, name, plan) values (gen_random_uuid(), '${text}', 'planted')`;
