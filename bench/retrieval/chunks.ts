import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { knowledgeBinding } from '../../src/services/knowledge/bindings.ts';
import { vectorText } from '../../src/services/knowledge/vectors.ts';

export const dimensions = 768;
export const modelId = 'sha256:bench';
const topics = 100;
const differences = 150;
const batch = 2_500;
/** Of an article or a page. */
const chunksOfDocument = 10;

/** A tenant with chunks of its own in the one table. */
export interface Tenant {
  readonly subscriptionId: string;
  readonly sourceId: string;
  readonly chunks: number;
}

/** Vectors near topics that all tenants share, as everybody has articles about refunds: where an index over all fails. */
export interface Vectors {
  readonly random: () => number;
  /** What stored vectors are the sums of, made where they are stored: text of a hundred thousand takes minutes to write. */
  readonly topics: readonly string[];
  readonly differences: readonly string[];
  /** A question's: near a topic as the stored ones are, with a difference of its own. */
  readonly next: () => string;
}

export function vectorsAround(random: () => number): Vectors {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const draw = (length: number): Float32Array[] =>
    Array.from({ length }, () => Float32Array.from({ length: dimensions }, normal));
  const centres = draw(topics);
  return {
    random,
    topics: centres.map(vectorText),
    differences: draw(differences).map(vectorText),
    next: () => {
      const centre = centres[Math.floor(random() * topics)] as Float32Array;
      return vectorText(centre.map((value) => value + 0.7 * normal()));
    },
  };
}

/** A tenant with one source and so many chunks, in documents of ten, written under row-level security. */
export async function fillTenant(
  { database, secretBox }: { readonly database: BookkeepingDatabase; readonly secretBox: SecretBox },
  chunks: number,
  vectors: Vectors,
): Promise<Tenant> {
  const subscriptionId = randomUUID();
  const sourceId = randomUUID();
  const documentIds = Array.from({ length: Math.ceil(chunks / chunksOfDocument) }, () => randomUUID());
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
      select ${subscriptionId}, id, ${sourceId}, 'https://bench.example/' || id, 1, 1, ${chunksOfDocument}, true,
        app.now(), app.now()
      from unnest(${documentIds}::uuid[]) as fresh (id)`.execute(tx);
  });
  // Of a small tenant few are needed, and sending them is most of the time.
  const few = (among: readonly string[]): readonly string[] => among.slice(0, chunks);
  const place = (among: readonly string[]): number => 1 + Math.floor(vectors.random() * few(among).length);
  for (let from = 0; from < chunks; from += batch) {
    const ordinals = Array.from({ length: Math.min(batch, chunks - from) }, (_, at) => from + at);
    await database.bookkeep(call, (tx) =>
      sql`with topic as materialized (
          select at, one::vector(768) from unnest(${few(vectors.topics)}::text[]) with ordinality as given (one, at)),
        difference as materialized (
          select at, one::vector(768) * array_fill(0.7::real, array[768])::vector(768) as one
          from unnest(${few(vectors.differences)}::text[]) with ordinality as given (one, at))
        insert into app.knowledge_chunk (subscription_id, id, source_id, document_id, generation, ordinal,
          range_start, range_end, hash, embedding, embedding_model)
        select ${subscriptionId}, fresh.id, ${sourceId}, fresh.document_id, 1, fresh.ordinal, 0, 0, ${'0'.repeat(64)},
          l2_normalize(topic.one + difference.one)::halfvec(768), ${modelId}
        from unnest(${ordinals.map(() => randomUUID())}::uuid[], ${ordinals}::integer[],
          ${ordinals.map((ordinal) => documentIds[Math.floor(ordinal / chunksOfDocument)])}::uuid[],
          ${ordinals.map(() => place(vectors.topics))}::integer[], ${ordinals.map(() => place(vectors.differences))}::integer[])
          as fresh (id, ordinal, document_id, topic_at, difference_at)
        join topic on topic.at = fresh.topic_at join difference on difference.at = fresh.difference_at`.execute(
        tx,
      ),
    );
  }
  return { subscriptionId, sourceId, chunks };
}
