import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

export interface QuestionRow {
  readonly id: string;
  /** Sealed. */
  readonly content: string;
  readonly updatedAt: Date;
}

/** Questions of an AI agent, oldest first. */
export const readQuestionRows = (tx: ReadTransaction, aiAgentId: string): Promise<QuestionRow[]> =>
  tx
    .selectFrom('app.ai_agent_question')
    .select(['id', 'content', 'updated_at as updatedAt'])
    .where('ai_agent_id', '=', aiAgentId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();

export async function countQuestions(tx: ReadTransaction, aiAgentId: string): Promise<number> {
  const row = await tx
    .selectFrom('app.ai_agent_question')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('ai_agent_id', '=', aiAgentId)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export interface QuestionWrite {
  readonly subscriptionId: string;
  readonly aiAgentId: string;
  readonly id: string;
  /** Sealed. */
  readonly content: string;
  readonly accountId: string | null;
}

export async function insertQuestion(tx: WriteTransaction, row: QuestionWrite): Promise<void> {
  const now = sql<Date>`app.now()`;
  await tx
    .insertInto('app.ai_agent_question')
    .values({
      subscription_id: row.subscriptionId,
      id: row.id,
      ai_agent_id: row.aiAgentId,
      content: row.content,
      created_at: now,
      updated_at: now,
      account_id: row.accountId,
    })
    .execute();
}

/** False when there is no such question. */
export async function updateQuestion(tx: WriteTransaction, row: QuestionWrite): Promise<boolean> {
  const changed = await tx
    .updateTable('app.ai_agent_question')
    .set({ content: row.content, updated_at: sql<Date>`app.now()`, account_id: row.accountId })
    .where('id', '=', row.id)
    .where('ai_agent_id', '=', row.aiAgentId)
    .executeTakeFirst();
  return changed.numUpdatedRows === 1n;
}

export async function deleteQuestionRow(
  tx: WriteTransaction,
  aiAgentId: string,
  id: string,
): Promise<boolean> {
  const gone = await tx
    .deleteFrom('app.ai_agent_question')
    .where('id', '=', id)
    .where('ai_agent_id', '=', aiAgentId)
    .executeTakeFirst();
  return gone.numDeletedRows === 1n;
}
