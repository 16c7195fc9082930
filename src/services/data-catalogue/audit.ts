import { plain, subscriptionId, type CatalogueEntries } from './entry.ts';

const withSubscription = {
  retention: 'until the subscription is deleted',
  erasedBy: 'deleting the subscription',
};

export const auditEntries: CatalogueEntries = {
  audit_event: {
    purpose: 'Who changed what when; appended only, in a chain of hashes.',
    retention: '400 days, or as long as INDESK_AUDIT_DAYS says',
    sweep: 'audit_event',
    erasedBy: 'the hourly sweep, from the start of the chain; deleting the subscription',
    columns: {
      subscription_id: subscriptionId,
      sequence: plain('place in the chain', 'a number'),
      at: plain('when', 'a time'),
      actor_kind: plain('what kind of actor', 'a word from a list'),
      actor_id: plain('who', 'an id; no name and no e-mail'),
      action: plain('what was done', 'a word from a list'),
      target: plain('to what', 'an id or a word from a list'),
      outcome: plain('how it ended', 'a word from a list'),
      request_id: plain('finds the log lines of the request', 'an id'),
      permission: plain('what allowed it', 'a word from a list'),
      facts: plain('counts and codes of the change', 'ids, codes and numbers only'),
      previous_hash: plain('links the chain', 'a hash'),
      hash: plain('shows changes', 'a hash'),
    },
  },
  audit_head: {
    purpose:
      'The end of each chain, so that events cut off are noticed, and its start once old ones have gone.',
    ...withSubscription,
    columns: {
      subscription_id: subscriptionId,
      sequence: plain('number of the newest event', 'a number'),
      hash: plain('hash of the newest event', 'a hash'),
      checkpoint_sequence: plain('number of the last event that went by age', 'a number'),
      checkpoint_hash: plain('links what is left of the chain to it', 'a hash'),
      checkpoint_at: plain('when that was', 'a time'),
    },
  },
};
