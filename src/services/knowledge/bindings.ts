import type { SealBinding } from '../../ports/secret-box.ts';

/** What sealed values of knowledge are bound to. */
export const knowledgeBinding = {
  settings: (subscriptionId: string, sourceId: string): SealBinding => ({
    subscriptionId,
    table: 'knowledge_source',
    column: 'settings',
    row: sourceId,
  }),
  title: (subscriptionId: string, documentId: string): SealBinding => ({
    subscriptionId,
    table: 'knowledge_document',
    column: 'title',
    row: documentId,
  }),
  typed: (subscriptionId: string, documentId: string): SealBinding => ({
    subscriptionId,
    table: 'knowledge_document',
    column: 'typed',
    row: documentId,
  }),
  content: (subscriptionId: string, chunkId: string): SealBinding => ({
    subscriptionId,
    table: 'knowledge_chunk',
    column: 'content',
    row: chunkId,
  }),
} as const;
