// What the exact search by vectors takes under row-level security, for tenants of different shares of one table, and whether
// it returns all it should; beside it, on PostgreSQL, the bare query past all policies, in the same run.
import { sql } from 'kysely';
import { openPglite } from '../../src/adapters/pglite/open-pglite.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import {
  migrate,
  migrationsDirectory,
  readMigrations,
  type OwnerSession,
} from '../../src/adapters/sql/migrate.ts';
import type { BookkeepingDatabase, ReadTransaction } from '../../src/ports/database.ts';
import { findNearest } from '../../src/services/knowledge/retrieval/retrieval-queries.ts';
import { openTestSecrets } from '../../test/support/secrets.ts';
import { startPostgresCluster, whyNoPostgres } from '../../test/support/postgres-cluster.ts';
import { seededRandom } from '../eval/support.ts';
import { median, printResult } from '../report.ts';
import { fillTenant, modelId, vectorsAround, type Tenant } from './chunks.ts';

const quick = process.argv.includes('--quick');
const only = process.argv.find((argument) => argument.startsWith('--engine='))?.slice('--engine='.length);
const sizes = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
const shares = [0.3, 0.1, 0.03, 0.01, 0.003, 0.001];
const limit = 10;
const questions = quick ? 8 : 30;

interface Row {
  readonly engine: string;
  readonly chunks: number;
  readonly share: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Null where nobody may pass by the policies: the embedded database has no session of its owner. */
  readonly bareP50Ms: number | null;
  readonly ratio: number | null;
  readonly recall: number;
  /** Of min(10, chunks of the tenant), the fewest. */
  readonly returned: number;
  readonly wanted: number;
}

interface Engine {
  readonly name: string;
  readonly database: BookkeepingDatabase;
  /** A superuser's session, which policies do not hold for. */
  readonly owner: OwnerSession | undefined;
}

const rows: Row[] = [];
if (only !== 'postgres') await onPglite();
if (only !== 'pglite') await onPostgres();
const minRecall = Math.min(...rows.map(({ recall }) => recall));
for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
printResult(
  `Exact search by vectors under row-level security${quick ? ' (quick: no 100,000 chunks, fewer questions)' : ''}`,
  {
    rows,
    minRecall,
    allReturned: rows.every(({ returned, wanted }) => returned === wanted),
    worstRatio: Math.max(...rows.map(({ ratio }) => ratio ?? 0)),
  },
  rows.length === 0,
);

async function onPglite(): Promise<void> {
  const database = await openPglite();
  try {
    await measureSizes({ name: 'pglite', database, owner: undefined });
  } finally {
    await database.close();
  }
}

async function onPostgres(): Promise<void> {
  const reason = await whyNoPostgres();
  if (reason !== undefined) {
    process.stderr.write(`Not on PostgreSQL: ${reason}\n`);
    return;
  }
  const cluster = await startPostgresCluster();
  try {
    const appPassword = 'bench';
    await setUpRoles(cluster.adminConnectionString, { database: 'bench', appPassword });
    const admin = connectionStringFor(cluster.adminConnectionString, 'bench');
    const owner = await openOwnerSession(admin);
    await migrate(owner, await readMigrations([migrationsDirectory]));
    const database = await openPostgres({
      connectionString: admin.replace(/\/\/[^@]*@/, `//app_rw:${appPassword}@`),
    });
    try {
      await measureSizes({ name: 'postgres', database, owner });
    } finally {
      await owner.close();
      await database.close();
    }
  } finally {
    await cluster.remove();
  }
}

/** The table grows from size to size; each size has tenants of its own for every share. */
async function measureSizes(engine: Engine): Promise<void> {
  const { name, database } = engine;
  const { secretBox } = await openTestSecrets(database);
  const random = seededRandom(7);
  const nextVector = vectorsAround(random);
  let there = 0;
  for (const size of sizes) {
    const startedAt = performance.now();
    const tenants: { readonly share: number; readonly tenant: Tenant }[] = [];
    for (const share of shares) {
      const chunks = Math.max(1, Math.round(size * share));
      if (there + chunks > size) continue;
      tenants.push({ share, tenant: await fillTenant({ database, secretBox }, chunks, nextVector) });
      there += chunks;
    }
    if (there < size) await fillTenant({ database, secretBox }, size - there, nextVector);
    there = size;
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    process.stderr.write(`${name}: ${size} chunks in the table after ${seconds} s\n`);
    for (const { share, tenant } of tenants)
      rows.push({ engine: name, chunks: size, share, ...(await measure(engine, tenant, nextVector)) });
  }
}

async function measure({ database, owner }: Engine, tenant: Tenant, nextVector: () => string) {
  const { subscriptionId, sourceId } = tenant;
  const wanted = Math.min(limit, tenant.chunks);
  const asked = Array.from({ length: questions }, nextVector);
  const ours: number[] = [];
  const bare: number[] = [];
  const found: string[][] = [];
  const truth: string[][] = [];
  await database.read(tenant, async (tx) => {
    for (const [round, vector] of [asked[0] ?? '', ...asked].entries()) {
      const runBare = async (): Promise<void> => {
        if (owner === undefined) return;
        const startedAt = performance.now();
        await owner.query(
          `select id from app.knowledge_chunk where subscription_id = $1
            order by embedding <#> $2::halfvec(768), id limit ${limit}`,
          [subscriptionId, vector],
        );
        if (round > 0) bare.push(performance.now() - startedAt);
      };
      const runOurs = async (): Promise<void> => {
        const startedAt = performance.now();
        const options = { sourceIds: [sourceId], modelId, vector, limit, publicOnly: false };
        const result = (await findNearest(tx, subscriptionId, options)).map(({ id }) => id);
        if (round === 0) return;
        ours.push(performance.now() - startedAt);
        found.push(result);
      };
      // What comes second finds warmer memory, so that they take turns.
      for (const run of round % 2 === 0 ? [runBare, runOurs] : [runOurs, runBare]) await run();
      if (round > 0) truth.push(await nearestByArithmetic(tx, vector));
    }
  });
  const recalls = found.map((ids, at) => {
    const right = new Set(truth[at]);
    return ids.filter((id) => right.has(id)).length / Math.max(1, right.size);
  });
  const p50Ms = median(ours) ?? 0;
  const bareP50Ms = median(bare);
  return {
    p50Ms,
    p95Ms:
      Math.round((ours.toSorted((a, b) => a - b)[Math.floor(0.95 * (ours.length - 1))] ?? 0) * 100) / 100,
    bareP50Ms,
    ratio: bareP50Ms === null ? null : Math.round((p50Ms / bareP50Ms) * 100) / 100,
    recall: Math.round((recalls.reduce((sum, value) => sum + value, 0) / recalls.length) * 10_000) / 10_000,
    returned: Math.min(...found.map((ids) => ids.length)),
    wanted,
  };
}

/** Every distance, put in order here. */
async function nearestByArithmetic(tx: ReadTransaction, vector: string): Promise<string[]> {
  const query = sql<{ id: string; far: number }>`
    select id, embedding <#> ${vector}::halfvec(768) as far from app.knowledge_chunk`;
  return (await query.execute(tx)).rows
    .toSorted((a, b) => a.far - b.far || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
    .map(({ id }) => id);
}
