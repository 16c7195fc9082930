import { sql } from 'kysely';
import { knowledgeLimits, type FileMetadata } from '../../contract/knowledge.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** After so many minutes without a sign of life an upload counts as broken off. */
export const interruptedMinutes = 2;

/** An uploaded file as it is stored; its title is sealed. */
export interface FileRow {
  readonly id: string;
  readonly title: string;
  readonly metadata: FileMetadata;
  readonly state: 'ready' | 'writing' | 'interrupted';
  readonly chunks: number;
  readonly reserved: number;
  readonly accountId: string | null;
  readonly updatedAt: Date;
}

export async function readFiles(tx: ReadTransaction, sourceId: string): Promise<readonly FileRow[]> {
  const rows = await tx
    .selectFrom('app.knowledge_document as document')
    .innerJoin('app.knowledge_file as file', (join) =>
      join
        .onRef('file.subscription_id', '=', 'document.subscription_id')
        .onRef('file.id', '=', 'document.id'),
    )
    .select(['document.id', 'document.title', 'file.metadata', 'document.chunks', 'document.reserved'])
    .select(['document.account_id', 'document.updated_at'])
    .select(
      sql<FileRow['state']>`case when document.writing_since is null or document.generation is not null
          and document.reserved = 0 then 'ready'
        when document.writing_since < app.now() - make_interval(mins => ${interruptedMinutes}) then 'interrupted'
        else 'writing' end`.as('state'),
    )
    .where('document.source_id', '=', sourceId)
    .orderBy('document.created_at')
    .orderBy('document.id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    title: row.title ?? '',
    metadata: row.metadata,
    state: row.state,
    chunks: row.chunks,
    reserved: row.reserved,
    accountId: row.account_id,
    updatedAt: row.updated_at,
  }));
}

/**
 * A document for a file of this name, in its old place or in a free one; call it after `lockKnowledge`. `full`: all places
 * are taken. `busy`: a file of this name is being stored.
 */
export async function takePlace(
  tx: WriteTransaction,
  file: {
    readonly subscriptionId: string;
    readonly sourceId: string;
    readonly aiAgentId: string | null;
    readonly nameMark: string;
    /** Of a new document. */
    readonly id: string;
    readonly title: string;
    readonly metadata: FileMetadata;
  },
): Promise<{ readonly id: string } | 'full' | 'busy'> {
  const known = await tx
    .selectFrom('app.knowledge_document')
    .select('id')
    .select(
      sql<boolean>`coalesce(writing_since > app.now() - make_interval(mins => ${interruptedMinutes}), false)`.as(
        'is_busy',
      ),
    )
    .where('source_id', '=', file.sourceId)
    .where('external_id', '=', file.nameMark)
    .executeTakeFirst();
  if (known !== undefined) {
    if (known.is_busy) return 'busy';
    await tx
      .updateTable('app.knowledge_document')
      .set({ writing_since: sql<Date>`app.now()` })
      .where('id', '=', known.id)
      .execute();
    return { id: known.id };
  }
  const place = await freePlace(tx, file.aiAgentId);
  if (place === undefined) return 'full';
  const now = sql<Date>`app.now()`;
  await tx
    .insertInto('app.knowledge_document')
    .values({
      subscription_id: file.subscriptionId,
      id: file.id,
      source_id: file.sourceId,
      external_id: file.nameMark,
      title: file.title,
      writing_since: now,
      is_public: false,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await tx
    .insertInto('app.knowledge_file')
    .values({
      subscription_id: file.subscriptionId,
      id: file.id,
      ai_agent_id: file.aiAgentId,
      place,
      metadata: JSON.stringify(file.metadata),
    })
    .execute();
  return { id: file.id };
}

async function freePlace(tx: WriteTransaction, aiAgentId: string | null): Promise<number | undefined> {
  const query = sql<{ place: number }>`
    select place from generate_series(1, ${knowledgeLimits.files}) as place
    where not exists (select from app.knowledge_file file
      where file.ai_agent_id is not distinct from ${aiAgentId}::uuid and file.place = place.place)
    order by place limit 1`;
  return (await query.execute(tx)).rows[0]?.place;
}

export async function updateMetadata(
  tx: WriteTransaction,
  fileId: string,
  metadata: FileMetadata,
): Promise<void> {
  await tx
    .updateTable('app.knowledge_file')
    .set({ metadata: JSON.stringify(metadata) })
    .where('id', '=', fileId)
    .execute();
}

/** The keyed hash of a document's title and text; null: nothing of it is found yet. */
export async function readHash(tx: ReadTransaction, documentId: string): Promise<string | null> {
  const row = await tx
    .selectFrom('app.knowledge_document')
    .select(['hash', 'generation'])
    .where('id', '=', documentId)
    .executeTakeFirst();
  return row === undefined || row.generation === null ? null : row.hash;
}
