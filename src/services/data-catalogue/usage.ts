import { plain, subscriptionId, type CatalogueEntries } from './entry.ts';

const count = (what: string) => plain(what, 'a number without content');

export const usageEntries: CatalogueEntries = {
  receipt: {
    purpose: 'What one call of the copilot sent where and what it cost; no content.',
    retention: '90 days',
    erasedBy: 'deleting the subscription',
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the receipt', 'an id'),
      feature: plain('which feature', 'a word from a list'),
      ticket_id: {
        ...plain('shows the calls of a ticket beside it', 'a number of Zendesk; searched by'),
        retention: '7 days, then empty',
      },
      zendesk_agent_id: plain('usage by agent', 'a number of Zendesk; no name is stored'),
      at: plain('when', 'a time'),
      provider_kind: plain('who answered', 'a word from a list'),
      provider_host: plain('where the prompt went', 'a host name'),
      model: plain('what answered', 'a public name'),
      demo: plain('whether the offline demo model answered', 'yes or no'),
      comments_sent: count('how many comments were sent'),
      sources_sent: count('how many passages of knowledge were sent'),
      values_masked: count('how many values were masked before'),
      provider_calls: count('how many calls to the provider'),
      help_desk_calls: count('how many calls to Zendesk'),
      input_tokens: count('usage and cost'),
      cached_input_tokens: count('usage and cost'),
      output_tokens: count('usage and cost'),
      reasoning_tokens: count('usage and cost'),
      cost_nano_usd: count('estimated cost'),
      cost_quality: plain('how good the estimate is', 'a word from a list'),
      outcome: plain('how it ended', 'a word from a list'),
      duration_ms: count('how long it took'),
    },
  },
};
