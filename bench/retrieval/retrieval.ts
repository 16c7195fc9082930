// What the exact search by vectors takes under row-level security, for tenants of different shares of one table, and whether
// it returns all it should. Beside it, in the same session and by the same driver, the bare query: the same nearest rows of
// the same tenant past all policies, without asking which of them may be shown.
import path from 'node:path';
import { sql } from 'kysely';
import { openPglite } from '../../src/adapters/pglite/open-pglite.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { migrationsDirectory } from '../../src/adapters/sql/migrate.ts';
import type { BookkeepingDatabase, ReadTransaction } from '../../src/ports/database.ts';
import { findNearest } from '../../src/services/knowledge/retrieval/retrieval-queries.ts';
import { packedVector } from '../../src/services/knowledge/vectors.ts';
import { openTestSecrets } from '../../test/support/secrets.ts';
import { startPostgresCluster, whyNoPostgres } from '../../test/support/postgres-cluster.ts';
import { seededRandom } from '../eval/support.ts';
import { printResult } from '../report.ts';
import { fillTenant, modelId, vectorsAround, type Tenant, type Vectors } from './chunks.ts';

const quick = process.argv.includes('--quick');
const only = process.argv.find((argument) => argument.startsWith('--engine='))?.slice('--engine='.length);
const sizes = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
const shares = [0.3, 0.1, 0.03, 0.01, 0.003, 0.001];
const limit = 10;
const questions = quick ? 15 : 40;
/** Questions whose answer is compared with every distance. */
const verified = 12;
/** Whose rows both queries have read once before they are timed. */
const warmUp = 3;
const migrationDirectories = [migrationsDirectory, path.join(import.meta.dirname, 'bare')];

interface Row {
  readonly engine: string;
  readonly chunks: number;
  readonly share: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly bareP50Ms: number;
  /** Median against median. */
  readonly ratio: number;
  /** With the transaction around it, as a question is answered: begin, enter the subscription, ask, commit. */
  readonly wholeP50Ms: number;
  readonly recall: number;
  /** Of min(10, chunks of the tenant), the fewest. */
  readonly returned: number;
  readonly wanted: number;
}

const rows: Row[] = [];
if (only !== 'postgres') await onPglite();
if (only !== 'pglite') await onPostgres();
for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
printResult(
  `Exact search by vectors under row-level security${quick ? ' (quick: no 100,000 chunks, fewer questions)' : ''}`,
  {
    rows,
    minRecall: Math.min(...rows.map(({ recall }) => recall)),
    allReturned: rows.every(({ returned, wanted }) => returned === wanted),
    maxRatio: Math.max(...rows.map(({ ratio }) => ratio)),
  },
  rows.length === 0,
);

async function onPglite(): Promise<void> {
  const database = await openPglite({ migrationDirectories });
  try {
    await measureSizes('pglite', database, async () => {});
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
    const database = await openPostgres({
      connectionString: admin.replace(/\/\/[^@]*@/, `//app_rw:${appPassword}@`),
      ownerConnectionString: admin,
      migrationDirectories,
      maxConnections: 1,
    });
    const owner = await openOwnerSession(admin);
    try {
      // As autovacuum does within a minute.
      await measureSizes('postgres', database, () => owner.execute('analyze'));
    } finally {
      await owner.close();
      await database.close();
    }
  } finally {
    await cluster.remove();
  }
}

/** The table grows from size to size; each size has tenants of its own for every share. */
async function measureSizes(
  name: string,
  database: BookkeepingDatabase,
  settle: () => Promise<void>,
): Promise<void> {
  const { secretBox } = await openTestSecrets(database);
  const vectors = vectorsAround(seededRandom(7));
  let there = 0;
  for (const size of sizes) {
    const startedAt = performance.now();
    const tenants: { readonly share: number; readonly tenant: Tenant }[] = [];
    for (const share of shares) {
      const chunks = Math.max(1, Math.round(size * share));
      if (there + chunks > size) continue;
      tenants.push({ share, tenant: await fillTenant({ database, secretBox }, chunks, vectors) });
      there += chunks;
    }
    if (there < size) await fillTenant({ database, secretBox }, size - there, vectors);
    there = size;
    await settle();
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    process.stderr.write(`${name}: ${size} chunks in the table after ${seconds} s\n`);
    for (const { share, tenant } of tenants)
      rows.push({ engine: name, chunks: size, share, ...(await measure(database, tenant, vectors)) });
  }
}

async function measure(database: BookkeepingDatabase, tenant: Tenant, vectors: Vectors) {
  const wanted = Math.min(limit, tenant.chunks);
  const asked = Array.from({ length: warmUp + questions }, () => packed(vectors.next()));
  const ours: number[] = [];
  const bare: number[] = [];
  const whole: number[] = [];
  const found: string[][] = [];
  const truth: string[][] = [];
  const ask = async (tx: ReadTransaction, vector: Buffer): Promise<string[]> =>
    (await findNearest(tx, { sourceIds: [tenant.sourceId], modelId, vector, limit, publicOnly: [] })).map(
      ({ id }) => id,
    );
  for (const [round, vector] of asked.entries())
    // One transaction a question: all of them would outlast what a transaction may.
    await database.read(tenant, async (tx) => {
      const timed = [
        async () => {
          const startedAt = performance.now();
          const ids = await ask(tx, vector);
          if (round >= warmUp) ours.push(performance.now() - startedAt);
          found.push(ids);
        },
        async () => {
          const startedAt = performance.now();
          await askBare(tx, tenant, vector);
          if (round >= warmUp) bare.push(performance.now() - startedAt);
        },
      ];
      // What comes second finds warmer memory, so that they take turns.
      for (const run of round % 2 === 0 ? timed : timed.toReversed()) await run();
    });
  for (const [round, vector] of asked.slice(0, verified).entries()) {
    const startedAt = performance.now();
    await database.read(tenant, (tx) => ask(tx, vector));
    if (round >= warmUp) whole.push(performance.now() - startedAt);
    truth.push(await database.read(tenant, (tx) => nearestByArithmetic(tx, vector)));
  }
  const recalls = truth.map((ids, at) => {
    const answered = new Set(found[at]);
    return ids.filter((id) => answered.has(id)).length / Math.max(1, ids.length);
  });
  return {
    p50Ms: hundredths(quantile(ours, 0.5)),
    p95Ms: hundredths(quantile(ours, 0.95)),
    bareP50Ms: hundredths(quantile(bare, 0.5)),
    ratio: hundredths(quantile(ours, 0.5) / quantile(bare, 0.5)),
    wholeP50Ms: hundredths(quantile(whole, 0.5)),
    recall: Math.round((recalls.reduce((sum, value) => sum + value, 0) / recalls.length) * 10_000) / 10_000,
    returned: Math.min(...found.map((ids) => ids.length)),
    wanted,
  };
}

function packed(text: string): Buffer {
  return packedVector(Float32Array.from(JSON.parse(text) as number[]));
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0;
}

async function askBare(tx: ReadTransaction, tenant: Tenant, vector: Buffer): Promise<void> {
  await sql`select id, source_id, hash, embedding <#> ${vector}::halfvec(768) as far
    from app_meta.bare_chunk where subscription_id = ${tenant.subscriptionId}
    order by far, id limit ${limit}`.execute(tx);
}

/** Every distance, put in order here. */
async function nearestByArithmetic(tx: ReadTransaction, vector: Buffer): Promise<string[]> {
  const query = sql<{ id: string; far: number }>`
    select id, embedding <#> ${vector}::halfvec(768) as far from app.knowledge_chunk`;
  return (await query.execute(tx)).rows
    .toSorted((a, b) => a.far - b.far || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
    .map(({ id }) => id);
}
