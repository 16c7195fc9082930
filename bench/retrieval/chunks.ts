import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { knowledgeBinding } from '../../src/services/knowledge/bindings.ts';
import { vectorText } from '../../src/services/knowledge/vectors.ts';

export const dimensions = 768;
export const modelId = 'sha256:bench';
const topics = 200;
const batch = 250;

/** A tenant with chunks of its own in the one table. */
export interface Tenant {
  readonly subscriptionId: string;
  readonly sourceId: string;
  readonly chunks: number;
}

/** Vectors near topics that all tenants share, as everybody has articles about refunds: where an index over all fails. */
export function vectorsAround(random: () => number): () => string {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const centres = Array.from({ length: topics }, () => Float32Array.from({ length: dimensions }, normal));
  return () => {
    const centre = centres[Math.floor(random() * topics)] as Float32Array;
    return vectorText(centre.map((value) => value + 0.7 * normal()));
  };
}

/** A tenant with one source of one document and so many chunks, written under row-level security. */
export async function fillTenant(
  { database, secretBox }: { readonly database: BookkeepingDatabase; readonly secretBox: SecretBox },
  chunks: number,
  nextVector: () => string,
): Promise<Tenant> {
  const subscriptionId = randomUUID();
  const [sourceId, documentId] = [randomUUID(), randomUUID()];
  await database.lookup((lookups) =>
    lookups.createSubscription({ id: subscriptionId, name: subscriptionId, plan: 'team' }),
  );
  const call = { subscriptionId };
  const settings = await secretBox.seal('{}', knowledgeBinding.settings(subscriptionId, sourceId));
  await database.bookkeep(call, async (tx) => {
    await sql`insert into app.knowledge_source (subscription_id, id, in_copilot, internal, kind, settings, created_at)
      values (${subscriptionId}, ${sourceId}, true, false, 'web', ${settings}, app.now())`.execute(tx);
    await sql`insert into app.knowledge_document (subscription_id, id, source_id, external_id, generation,
        last_generation, chunks, is_public, created_at, updated_at)
      values (${subscriptionId}, ${documentId}, ${sourceId}, 'https://bench.example/', 1, 1, ${chunks}, true,
        app.now(), app.now())`.execute(tx);
  });
  for (let from = 0; from < chunks; from += batch) {
    const ordinals = Array.from({ length: Math.min(batch, chunks - from) }, (_, at) => from + at);
    await database.bookkeep(call, (tx) =>
      sql`insert into app.knowledge_chunk (subscription_id, id, source_id, document_id, generation, ordinal,
          range_start, range_end, hash, embedding, embedding_model)
        select ${subscriptionId}, fresh.id, ${sourceId}, ${documentId}, 1, fresh.ordinal, 0, 0, ${'0'.repeat(64)},
          fresh.embedding::halfvec(768), ${modelId}
        from unnest(${ordinals.map(() => randomUUID())}::uuid[], ${ordinals}::integer[],
          ${ordinals.map(nextVector)}::text[]) as fresh (id, ordinal, embedding)`.execute(tx),
    );
  }
  return { subscriptionId, sourceId, chunks };
}
