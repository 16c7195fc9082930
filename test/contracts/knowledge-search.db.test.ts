import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { knowledgeBinding } from '../../src/services/knowledge/bindings.ts';
import { findNearest, readScope } from '../../src/services/knowledge/retrieval/retrieval-queries.ts';
import { packedVector, vectorText } from '../../src/services/knowledge/vectors.ts';
import { uuidIds } from '../../src/adapters/system/clock.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { newSubscription, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openTestSecrets } from '../support/secrets.ts';

const modelId = 'sha256:m';
let state = 1;
/** Between -0.5 and 0.5; the same in every run. */
const random = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32 - 0.5;
};
const randomVector = (): Float32Array => Float32Array.from({ length: 768 }, random);
const cosine = (one: Float32Array, other: Float32Array): number => {
  let product = 0;
  let left = 0;
  let right = 0;
  for (let at = 0; at < one.length; at += 1) {
    const a = one[at] ?? 0;
    const b = other[at] ?? 0;
    product += a * b;
    left += a * a;
    right += b * b;
  }
  return product / Math.sqrt(left * right);
};

interface Tenant {
  readonly call: TestCall;
  readonly sourceId: string;
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

describe.each(engines.filter(({ available }) => available))('vector search on $name', (engine) => {
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;
  const tenants: Tenant[] = [];

  const newDocument = async (
    { subscriptionId, ...call }: TestCall,
    sourceId: string,
    { isPublic }: { readonly isPublic: boolean },
  ): Promise<string> => {
    const id = uuidIds.next();
    await database.bookkeep({ ...call, subscriptionId }, (tx) =>
      sql`insert into app.knowledge_document (subscription_id, id, source_id, external_id, generation, last_generation,
          chunks, is_public, created_at, updated_at)
        values (${subscriptionId}, ${id}, ${sourceId}, ${`https://${id}.example/`}, 1, 1, 1, ${isPublic}, now(), now())`.execute(
        tx,
      ),
    );
    return id;
  };
  const newSource = async (call: TestCall): Promise<{ sourceId: string; documentId: string }> => {
    const sourceId = uuidIds.next();
    const { subscriptionId } = call;
    const sealed = await secretBox.seal('{}', knowledgeBinding.settings(subscriptionId, sourceId));
    await database.bookkeep(call, (tx) =>
      sql`insert into app.knowledge_source (subscription_id, id, in_copilot, internal, kind, settings, created_at)
        values (${subscriptionId}, ${sourceId}, true, false, 'web', ${sealed}, now())`.execute(tx),
    );
    return { sourceId, documentId: await newDocument(call, sourceId, { isPublic: true }) };
  };
  const addChunks = async (
    call: TestCall,
    place: { readonly sourceId: string; readonly documentId: string },
    vectors: ReadonlyMap<string, Float32Array>,
    { generation = 1, model = modelId }: { readonly generation?: number; readonly model?: string } = {},
  ): Promise<void> => {
    const all = [...vectors];
    for (let from = 0; from < all.length; from += 100) {
      const batch = all.slice(from, from + 100);
      await database.bookkeep(call, (tx) =>
        sql`insert into app.knowledge_chunk (subscription_id, id, source_id, document_id, generation, ordinal, range_start,
            range_end, hash, embedding, embedding_model)
          select ${call.subscriptionId}, fresh.id, ${place.sourceId}, ${place.documentId}, ${generation},
            ${from} + fresh.at, 0, 1, repeat('a', 64), fresh.vector::halfvec(768), ${model}
          from unnest(${batch.map(([id]) => id)}::uuid[], ${batch.map(([, vector]) => vectorText(vector))}::text[])
            with ordinality as fresh (id, vector, at)`.execute(tx),
      );
    }
  };
  const randomVectors = (count: number): ReadonlyMap<string, Float32Array> =>
    new Map(Array.from({ length: count }, () => [uuidIds.next(), randomVector()]));
  const search = (
    { call, sourceId }: Pick<Tenant, 'call' | 'sourceId'>,
    vector: Float32Array,
    limit: number,
    model = modelId,
  ) =>
    database.read(call, (tx) =>
      findNearest(tx, {
        sourceIds: [sourceId],
        modelId: model,
        vector: packedVector(vector),
        limit,
        publicOnly: [],
      }),
    );

  beforeAll(async () => {
    database = await engine.open();
    ({ secretBox } = await openTestSecrets(database));
    // Shares of 0.05 % to 62 % of the table.
    for (const count of [1, 3, 9, 10, 11, 60, 60, 60, 60, 300, 1_000]) {
      const call = await newSubscription(database);
      const place = await newSource(call);
      const vectors = randomVectors(count);
      await addChunks(call, place, vectors);
      tenants.push({ call, sourceId: place.sourceId, vectors });
    }
  }, 120_000);
  afterAll(() => database?.close());

  it('S71: gives every tenant as many rows as there are, up to k, and the true neighbours', async () => {
    let found = 0;
    let wanted = 0;
    for (const tenant of tenants)
      for (let round = 0; round < 3; round += 1) {
        const query = randomVector();
        const rows = await search(tenant, query, 10);
        expect(rows).toHaveLength(Math.min(10, tenant.vectors.size));
        const truth = [...tenant.vectors]
          .map(([id, vector]) => ({ id, similarity: cosine(vector, query) }))
          .sort((one, other) => other.similarity - one.similarity)
          .slice(0, 10);
        const ids = new Set(rows.map(({ id }) => id));
        found += truth.filter(({ id }) => ids.has(id)).length;
        wanted += truth.length;
        rows.forEach(({ id, likeness }) =>
          expect(likeness).toBeCloseTo(cosine(tenant.vectors.get(id) ?? query, query), 2),
        );
      }
    expect(found / wanted).toBeGreaterThanOrEqual(0.99);
  });

  describe('in one subscription', () => {
    let call: TestCall;
    let place: { sourceId: string; documentId: string };
    beforeEach(async () => {
      call = await newSubscription(database);
      place = await newSource(call);
    });

    it('never compares vectors of different models, nor finds chunks that are being written or were replaced', async () => {
      const found = randomVectors(3);
      await addChunks(call, place, found);
      await addChunks(call, place, randomVectors(5), { generation: 2 });
      const other = await newSource(call);
      await addChunks(call, other, randomVectors(4), { model: 'sha256:other' });
      const ids = (await search({ call, ...place }, randomVector(), 50)).map(({ id }) => id);
      expect(ids.sort()).toEqual([...found.keys()].sort());
      expect(await search({ call, ...other }, randomVector(), 50)).toEqual([]);
      expect(await search({ call, ...other }, randomVector(), 50, 'sha256:other')).toHaveLength(4);
    });

    it('finds nothing of another subscription, whatever ids it is given', async () => {
      const [stranger] = tenants.slice(-1);
      const rows = await database.read(call, (tx) =>
        findNearest(tx, {
          sourceIds: [stranger?.sourceId ?? ''],
          modelId,
          vector: packedVector(randomVector()),
          limit: 10,
          publicOnly: [],
        }),
      );
      expect(rows).toEqual([]);
    });

    it('of a Help Center finds what anybody may read where only that is wanted', async () => {
      await addChunks(call, place, randomVectors(3));
      const internal = await newDocument(call, place.sourceId, { isPublic: false });
      await addChunks(call, { ...place, documentId: internal }, randomVectors(4));
      const vector = packedVector(randomVector());
      const ask = (publicOnly: readonly string[]) =>
        database.read(call, (tx) =>
          findNearest(tx, { sourceIds: [place.sourceId], modelId, vector, limit: 5, publicOnly }),
        );
      expect(await ask([])).toHaveLength(5);
      expect(await ask([place.sourceId])).toHaveLength(3);
    });

    it('keeps its plan for a session, whatever else is in the table by then', async () => {
      await addChunks(call, place, randomVectors(2));
      expect(await search({ call, ...place }, randomVector(), 10)).toHaveLength(2);
      const later = await newSource(call);
      const vectors = randomVectors(600);
      await addChunks(call, later, vectors);
      const query = randomVector();
      const [best] = [...vectors].sort(([, one], [, other]) => cosine(other, query) - cosine(one, query));
      expect((await search({ call, ...later }, query, 10))[0]?.id).toBe(best?.[0]);
    });

    it('says by the versions of a scope that something in it changed', async () => {
      const versions = async () => {
        const sources = await database.read(call, (tx) => readScope(tx, { copilot: true }));
        return sources.map(({ id, version }) => `${id}@${version}`).join();
      };
      const before = await versions();
      await database.bookkeep(call, (tx) =>
        sql`update app.knowledge_source set version = version + 1 where id = ${place.sourceId}`.execute(tx),
      );
      const changed = await versions();
      await newSource(call);
      expect(new Set([before, changed, await versions()]).size).toBe(3);
      expect(await database.read(call, (tx) => readScope(tx, { aiAgentId: uuidIds.next() }))).toEqual([]);
    });
  });
});
