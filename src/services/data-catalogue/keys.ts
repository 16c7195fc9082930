import { plain, subscriptionId, type CatalogueEntries } from './entry.ts';

const wrapped = 'already encrypted by the key above it';

export const keyEntries: CatalogueEntries = {
  master_key: {
    purpose: 'The key that wraps the data keys; it is kept only under root keys.',
    retention: 'until replaced and no data key needs it',
    erasedBy: '`keys rewrap`',
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the key', 'an id'),
      state: plain('which one wraps new data keys', 'a word from a list'),
      created_at: plain('age', 'a time'),
    },
  },
  master_key_wrapper: {
    purpose: 'A master key under a root key: the next, the present or the one before.',
    retention: 'until the root key has been replaced once more',
    erasedBy: 'the change to the next root key; `keys rewrap`',
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the row', 'an id'),
      master_key_id: plain('which master key', 'an id'),
      state: plain('next, present or before', 'a word from a list'),
      fingerprint: plain('tells the operator which root key is meant', 'a hash'),
      wrapped: plain('the master key', wrapped),
      created_at: plain('age', 'a time'),
    },
  },
  data_key: {
    purpose: 'The keys that seal the values of a subscription.',
    retention: 'until no stored value needs it; with the subscription',
    erasedBy: '`keys rotate`; deleting the subscription, which makes every value it sealed unreadable',
    columns: {
      subscription_id: subscriptionId,
      id: plain('named by every value it sealed', 'an id'),
      purpose: plain('sealing, or deriving keys of the program', 'a word from a list'),
      state: plain('whether it seals new values', 'a word from a list'),
      wrapped: plain('the data key', wrapped),
      master_owner: plain('part of the reference to the master key', 'an id'),
      master_key_id: plain('which master key wraps it', 'an id'),
      sealed_count: plain('replaces the key long before its limit', 'a number'),
      created_at: plain('age', 'a time'),
      retired_at: plain('when it stopped sealing', 'a time'),
    },
  },
};
