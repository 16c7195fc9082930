import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** A snippet as it is stored; title and text are sealed. */
export interface SnippetRow {
  readonly id: string;
  readonly title: string;
  readonly typed: string;
  readonly chunks: number;
  readonly updatedAt: Date;
}

export async function readSnippets(tx: ReadTransaction, sourceId: string): Promise<readonly SnippetRow[]> {
  const rows = await tx
    .selectFrom('app.knowledge_document')
    .select(['id', 'title', 'typed', 'chunks', 'updated_at'])
    .where('source_id', '=', sourceId)
    .where('generation', 'is not', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    title: row.title ?? '',
    typed: row.typed ?? '',
    chunks: row.chunks,
    updatedAt: row.updated_at,
  }));
}

export async function countDocuments(tx: WriteTransaction, sourceId: string): Promise<number> {
  const row = await tx
    .selectFrom('app.knowledge_document')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('source_id', '=', sourceId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** A document without chunks; whoever does not go on to write them leaves it to the clean-up. */
export async function insertSnippet(
  tx: WriteTransaction,
  snippet: {
    readonly subscriptionId: string;
    readonly id: string;
    readonly sourceId: string;
    readonly title: string;
    readonly typed: string;
  },
): Promise<void> {
  const now = sql<Date>`app.now()`;
  await tx
    .insertInto('app.knowledge_document')
    .values({
      subscription_id: snippet.subscriptionId,
      id: snippet.id,
      source_id: snippet.sourceId,
      title: snippet.title,
      typed: snippet.typed,
      writing_since: now,
      is_public: false,
      created_at: now,
      updated_at: now,
    })
    .execute();
}

export async function hasDocument(
  tx: ReadTransaction,
  sourceId: string,
  documentId: string,
): Promise<boolean> {
  const row = await tx
    .selectFrom('app.knowledge_document')
    .select('id')
    .where('source_id', '=', sourceId)
    .where('id', '=', documentId)
    .executeTakeFirst();
  return row !== undefined;
}
