import { plain, sealed, subscriptionId, type CatalogueEntries } from './entry.ts';

export const settingsEntries: CatalogueEntries = {
  feature_setting: {
    purpose: 'A feature switched on or off, with the lead’s own instructions.',
    retention: 'until reset or the subscription ends',
    erasedBy: 'resetting; deleting the subscription; destroying its data keys makes instructions unreadable',
    columns: {
      subscription_id: subscriptionId,
      feature: plain('which feature', 'a word from a list'),
      enabled: plain('whether it is on', 'yes or no'),
      instructions: sealed('what the lead wants of the feature', 'feature'),
      updated_at: plain('shown in the console', 'a time'),
    },
  },
};
