import { join } from 'node:path';
import type { Superuser } from './places.ts';

/** Opens the embedded database of a stopped server as its superuser. */
export async function openEmbedded(dataDirectory: string): Promise<Superuser> {
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
