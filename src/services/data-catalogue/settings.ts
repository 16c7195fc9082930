import { plain, sealed, subscriptionId, type CatalogueEntries } from './entry.ts';

export const settingsEntries: CatalogueEntries = {
  masking_setting: {
    purpose: 'What is masked before a provider reads a prompt.',
    retention: 'until changed or the subscription ends',
    erasedBy: 'changing it; deleting the subscription; destroying its data keys makes patterns unreadable',
    columns: {
      subscription_id: subscriptionId,
      enabled: plain('whether values are masked', 'yes or no'),
      types: plain('which kinds are looked for', 'words from a list'),
      regions: plain('whose numbers are recognised by their form', 'codes of countries'),
      patterns: sealed(
        'the subscription’s own patterns, which may name customers or projects',
        'subscription_id',
      ),
      updated_at: plain('shown in the console', 'a time'),
    },
  },
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
      prompt_version: plain('which version of the instructions is used', 'a number'),
      model_tier: plain('which model of the connection answers', 'a word from a list'),
    },
  },
  lead_setting: {
    purpose:
      'What the support lead has set: intents with examples, risk weights, scorecard, style, sidebar rules.',
    retention: 'until reset or the subscription ends',
    erasedBy: 'resetting; deleting the subscription; destroying its data keys makes documents unreadable',
    columns: {
      subscription_id: subscriptionId,
      kind: plain('which document', 'a word from a list'),
      document: sealed('what the lead typed', 'kind'),
      updated_at: plain('shown in the console', 'a time'),
    },
  },
  prompt_version: {
    purpose: 'Earlier instructions of a feature, to compare and go back.',
    retention: 'the newest 50 of a feature, until the subscription ends',
    erasedBy: 'newer versions; deleting the subscription; destroying its data keys makes them unreadable',
    columns: {
      subscription_id: subscriptionId,
      feature: plain('which feature', 'a word from a list'),
      version: plain('counts up from 1', 'a number'),
      instructions: sealed('what the lead wanted of the feature', 'feature', 'version'),
      created_at: plain('shown beside the version', 'a time'),
      account_id: plain('who saved it', 'an id'),
    },
  },
};
