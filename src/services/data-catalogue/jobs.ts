import { plain, subscriptionId, type CatalogueEntries } from './entry.ts';

export const jobEntries: CatalogueEntries = {
  job_outbox: {
    purpose: 'Work that must happen; the queue only wakes it up.',
    retention: '1 hour after it is done, 3 days after it failed',
    sweep: 'job_outbox',
    erasedBy: 'the job queue, once a minute; deleting the subscription',
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the job', 'an id'),
      name: plain('which job', 'a word from a list'),
      ids: plain('what it works on', 'ids only'),
      dedupe_key: plain('keeps the same work from being queued twice', 'ids only'),
      run_after: plain('when it is due', 'a time'),
      attempts: plain('how often it was tried', 'a number'),
      locked_until: plain('who works on it', 'a time'),
      finished_at: plain('when it ended', 'a time'),
      error_code: plain('why it failed', 'a word from a list'),
      created_at: plain('order and age', 'a time'),
    },
  },
};
