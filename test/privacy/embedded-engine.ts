import { join } from 'node:path';
import type { Engine } from './engines.ts';
import { filesIn, plantRow, tablesOf, type Superuser } from './places.ts';

/** The embedded database, memory in place of Redis. */
export async function openEmbedded(): Promise<Engine> {
  let opened: Awaited<ReturnType<typeof openAsSuperuser>> | undefined;
  const open = async (dataDirectory: string) => (opened ??= await openAsSuperuser(dataDirectory));
  return {
    name: 'pglite',
    environment: {},
    whileRunning: () => Promise.resolve([]),
    // Its files lie in the data folder, which is searched whole.
    afterwards: async (dataDirectory) => tablesOf(await open(dataDirectory)),
    mustNotBe: () => Promise.resolve([]),
    mustStandIn: {},
    leaks: (dataDirectory) => [
      {
        kind: 'a row of a table',
        plant: async (leak) => {
          const database = await open(dataDirectory);
          await database.query(plantRow(leak));
          return tablesOf(database);
        },
      },
      {
        kind: 'a row, in the files of the database',
        plant: async (leak) => {
          const database = await open(dataDirectory);
          await database.query(plantRow(leak));
          await database.query('checkpoint');
          return filesIn(join(dataDirectory, 'database'), 'data folder');
        },
      },
    ],
    close: async () => opened?.close(),
  };
}

/** Opens the database of a stopped server as its superuser. */
async function openAsSuperuser(dataDirectory: string): Promise<Superuser & { close(): Promise<void> }> {
  const [{ PGlite }, { vector }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-pgvector'),
  ]);
  const lite = await PGlite.create({
    dataDir: join(dataDirectory, 'database', 'data'),
    extensions: { vector },
  });
  return {
    query: async (sql) => (await lite.query<Record<string, unknown>>(sql)).rows,
    close: () => lite.close(),
  };
}
