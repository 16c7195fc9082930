import { plain, sealed, subscriptionId, type CatalogueEntries } from './entry.ts';

const number = (purpose: string) => plain(purpose, 'a number');
const aiAgentId = plain('which AI agent', 'an id');
const erasedBy = 'deleting the AI agent; deleting the subscription';

export const aiAgentEntries: CatalogueEntries = {
  ai_agent: {
    purpose: 'An AI agent that answers visitors of a site.',
    retention: 'until it is deleted or the subscription ends',
    erasedBy,
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the AI agent', 'an id'),
      name: plain('shown to visitors and in lists', 'public: every visitor sees it'),
      status: plain('draft, active or off', 'a word from a list'),
      published_version: number('which version of the settings answers'),
      widget_key: plain('names the AI agent on the site', 'public: stands in the page; searched by'),
      identity_secret: sealed('checks tokens that say who a visitor is', 'id'),
      created_at: plain('shown in the console', 'a time'),
      updated_at: plain('when it was last changed', 'a time'),
    },
  },
  ai_agent_version: {
    purpose: 'A version of the settings of an AI agent.',
    retention: 'the newest 50 and the published one, until the AI agent is deleted or the subscription ends',
    erasedBy,
    columns: {
      subscription_id: subscriptionId,
      ai_agent_id: aiAgentId,
      version: number('orders the versions'),
      settings: sealed(
        'greeting, tone, instructions, guardrails, hand-off rules, allowed sites and look',
        'ai_agent_id',
        'version',
      ),
      created_at: plain('shown in the console', 'a time'),
      account_id: plain('who saved it', 'an id'),
    },
  },
  ai_agent_day: {
    purpose: 'What an AI agent did on a day, and what of its daily budget is used: numbers only.',
    retention: 'until the AI agent is deleted or the subscription ends',
    erasedBy,
    columns: {
      subscription_id: subscriptionId,
      ai_agent_id: aiAgentId,
      day: plain('which day (UTC)', 'a date'),
      conversations: number('conversations begun'),
      turns: number('turns answered'),
      unanswered: number('turns in which it said that it does not know'),
      hand_offs: number('conversations given to a person'),
      verdicts_up: number('answers visitors liked'),
      verdicts_down: number('answers visitors did not like'),
      input_tokens: number('tokens sent to the model'),
      output_tokens: number('tokens the model wrote'),
      cost_nano_usd: number('what the provider charged, as far as known'),
      unpriced_turns: number('turns whose cost nobody knows'),
      held_tokens: number('tokens set aside for turns that run'),
      held_nano_usd: number('money set aside for turns that run'),
    },
  },
};
