import type { KnowledgeKind } from '../../contract/knowledge.ts';

/** Read from elsewhere: vector and locator are stored, title and text never. */
export const isLocated = (kind: KnowledgeKind): kind is 'confluence' | 'help-center' | 'web' =>
  kind !== 'files' && kind !== 'snippets';
