export type { DocumentBlock, KnowledgeDocument } from '../kernel/document-blocks.ts';
