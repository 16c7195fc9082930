import { sql } from 'kysely';
import type { WriteTransaction } from '../../ports/database.ts';
import type { KnowledgeLookups, SourceDue } from '../../ports/knowledge-lookups.ts';

/** What is due in knowledge, on a connection that has entered no subscription. */
export function createKnowledgeLookups(transaction: WriteTransaction): KnowledgeLookups {
  return {
    async knowledgeReadingsDue(limit) {
      const query = sql<SourceDue>`
        select subscription_id as "subscriptionId", source_id as "sourceId" from app.knowledge_readings_due(${limit})`;
      return (await query.execute(transaction)).rows;
    },
    async knowledgeEmbeddingsDue(modelId, limit) {
      const query = sql<SourceDue & { isStored: boolean }>`
        select subscription_id as "subscriptionId", source_id as "sourceId", is_stored as "isStored"
        from app.knowledge_embeddings_due(${modelId}, ${limit})`;
      return (await query.execute(transaction)).rows;
    },
    async knowledgeRemains(limit) {
      const query = sql<{ subscriptionId: string; documentId: string }>`
        select subscription_id as "subscriptionId", document_id as "documentId" from app.knowledge_remains(${limit})`;
      return (await query.execute(transaction)).rows;
    },
  };
}
