import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillTenant, modelId, vectorsAround, type Tenant } from '../../../bench/retrieval/chunks.ts';
import { seededRandom } from '../../../bench/eval/support.ts';
import { openOwnerSession } from '../../../src/adapters/postgres/owner-session.ts';
import { openPostgres } from '../../../src/adapters/postgres/open-postgres.ts';
import type { BookkeepingDatabase } from '../../../src/ports/database.ts';
import { findNearest } from '../../../src/services/knowledge/retrieval/retrieval-queries.ts';
import { adminConnectionString, appConnectionString, copyTemplate, engines } from '../../support/database.ts';
import { openTestSecrets } from '../../support/secrets.ts';

const limit = 10;
const vectors = vectorsAround(seededRandom(3));
const { next: nextVector } = vectors;

const search = (database: BookkeepingDatabase, tenant: Tenant, vector: string) =>
  database.read(tenant, (tx) =>
    findNearest(tx, { sourceIds: [tenant.sourceId], modelId, vector, limit, publicOnly: [] }),
  );

/** The same by arithmetic in the database without an order to be indexed. */
const truth = async (database: BookkeepingDatabase, tenant: Tenant, vector: string): Promise<string[]> =>
  database.read(tenant, async (tx) => {
    const query = sql<{ id: string; far: number }>`
      select id, (embedding <#> ${vector}::halfvec(768)) as far from app.knowledge_chunk`;
    const { rows } = await query.execute(tx);
    return rows
      .toSorted((a, b) => a.far - b.far || (a.id < b.id ? -1 : 1))
      .slice(0, limit)
      .map(({ id }) => id);
  });

async function fill(database: BookkeepingDatabase, sizes: readonly number[]): Promise<Tenant[]> {
  const { secretBox } = await openTestSecrets(database);
  const tenants: Tenant[] = [];
  for (const size of sizes) tenants.push(await fillTenant({ database, secretBox }, size, vectors));
  return tenants;
}

describe.each(engines.filter(({ available }) => available))('the nearest chunks on $name', (engine) => {
  let database: BookkeepingDatabase;
  let tenants: Tenant[];
  beforeAll(async () => {
    database = await engine.open();
    tenants = await fill(database, [600, 60, 4]);
  });
  afterAll(() => database?.close());

  it('are as many as wanted or there are, the very nearest, for every share of the table', async () => {
    for (const tenant of tenants) {
      const vector = nextVector();
      const found = await search(database, tenant, vector);
      expect(found).toHaveLength(Math.min(limit, tenant.chunks));
      expect(found.map(({ id }) => id)).toEqual(await truth(database, tenant, vector));
      expect(found[0]?.likeness).toBeGreaterThanOrEqual(found.at(-1)?.likeness ?? 1);
    }
  });

  it('are none of another tenant, of another model or of a generation that is not found', async () => {
    const [tenant, other] = tenants as [Tenant, Tenant];
    const vector = nextVector();
    const ask = (sourceIds: readonly string[], model: string) =>
      database.read(tenant, (tx) =>
        findNearest(tx, { sourceIds, modelId: model, vector, limit: 5_000, publicOnly: [] }),
      );
    expect(await ask([tenant.sourceId, other.sourceId], modelId)).toHaveLength(tenant.chunks);
    expect(await ask([other.sourceId], modelId)).toEqual([]);
    expect(await ask([tenant.sourceId], 'sha256:other')).toEqual([]);
    await database.bookkeep(tenant, (tx) =>
      sql`update app.knowledge_document set generation = 2`.execute(tx),
    );
    expect(await ask([tenant.sourceId], modelId)).toEqual([]);
    await database.bookkeep(tenant, (tx) =>
      sql`update app.knowledge_document set generation = 1`.execute(tx),
    );
  });
});

const postgres = engines.find(({ name, available }) => name === 'postgres' && available);

describe.skipIf(postgres === undefined)('an index over all tenants', () => {
  it('loses rows of a small tenant for a plain query, and none for ours', async () => {
    const name = await copyTemplate();
    const owner = await openOwnerSession(adminConnectionString(name));
    // What the planner chooses by itself once the table is large; before any other session, because a pooler keeps those.
    for (const setting of ['enable_seqscan', 'enable_sort', 'enable_bitmapscan'])
      await owner.execute(`alter database ${name} set ${setting} = off`);
    const filling = await openPostgres({ connectionString: appConnectionString(name) });
    const [, small] = (await fill(filling, [1_500, 40])) as [Tenant, Tenant];
    await filling.close();
    await owner.execute(
      'create index planted on app.knowledge_chunk using hnsw (embedding halfvec_ip_ops) with (m = 8, ef_construction = 32)',
    );
    await owner.close();
    const database = await openPostgres({ connectionString: appConnectionString(name) });
    try {
      const asked = Array.from({ length: 8 }, nextVector);
      let lost = 0;
      for (const vector of asked) {
        const plain = await database.read(small, async (tx) => {
          const query = sql`select id from app.knowledge_chunk where embedding_model = ${modelId}
            order by embedding <#> ${vector}::halfvec(768) limit ${limit}`;
          return (await query.execute(tx)).rows.length;
        });
        lost += limit - plain;
        const found = await search(database, small, vector);
        expect(found.map(({ id }) => id)).toEqual(await truth(database, small, vector));
      }
      expect(lost).toBeGreaterThan(0);
    } finally {
      await database.close();
    }
  });
});
