import { randomUUID } from 'node:crypto';
import type { Passage } from '../../src/services/knowledge/passage.ts';

export const passage = (text: string, more: Partial<Passage> = {}): Passage => ({
  chunkId: randomUUID(),
  sourceId: randomUUID(),
  kind: 'files',
  title: 'Shipping',
  headingPath: [],
  page: null,
  url: null,
  text,
  score: 1,
  internal: false,
  ...more,
});

/** What a model that follows the schema answers. */
export const modelAnswer = (more: object = {}): string =>
  JSON.stringify({
    action: 'answer',
    search: '',
    refusedTopic: false,
    promises: 'nothing',
    citations: [{ source: 1, quote: 'Parcels arrive within three days' }],
    answer: 'Parcels arrive within three days [1].',
    ...more,
  });
