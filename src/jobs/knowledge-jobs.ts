import type { JobTable } from '../ports/job-queue.ts';
import { cleanUpDocument } from '../services/knowledge/clean-up-document.ts';
import { embedSource } from '../services/knowledge/embed-source.ts';
import { readLocatedSource, type ReadingParts } from '../services/knowledge/read-source.ts';

type KnowledgeJobs = 'knowledge.read' | 'knowledge.embed' | 'knowledge.clean-up';

/** What keeps knowledge up to date. */
export const knowledgeJobs = (parts: ReadingParts): Pick<JobTable, KnowledgeJobs> => ({
  'knowledge.read': (context, { sourceId, step }) =>
    readLocatedSource(context, parts, { sourceId, step: Number(step) }),
  'knowledge.embed': (context, { sourceId }) => embedSource(context, sourceId),
  'knowledge.clean-up': (context, { documentId }) => cleanUpDocument(context, documentId),
});
