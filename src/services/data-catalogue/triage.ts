import { plain, sealed, subscriptionId, type CatalogueEntries } from './entry.ts';

const ofZendesk = 'a number of Zendesk';

export const triageEntries: CatalogueEntries = {
  triage_webhook: {
    purpose: 'The webhook in Zendesk that asks for triage of a ticket.',
    retention: 'until it or Zendesk is disconnected or the subscription ends',
    erasedBy:
      'disconnecting the webhook or Zendesk; deleting the subscription; destroying its data keys makes it unreadable',
    columns: {
      subscription_id: subscriptionId,
      id: plain('names it in the mark of our changes', 'an id'),
      subdomain: plain('the account it was made in', 'public; shown in the console'),
      key_hash: plain('shows that a delivery came to the right address', 'a hash'),
      webhook_id: plain('finds the subscription of a delivery', 'an id of Zendesk; searched by'),
      trigger_ids: plain('which triggers call it, to remove them', 'numbers of Zendesk'),
      own_user_id: plain('tells our changes from those of others', ofZendesk),
      signing_secret: sealed('checks the signature of a delivery', 'subscription_id'),
      connected_at: plain('shown in the console', 'a time'),
    },
  },
  triage_setting: {
    purpose: 'What automatic triage may do.',
    retention: 'until changed or the subscription ends',
    erasedBy: 'changing it; deleting the subscription',
    columns: {
      subscription_id: subscriptionId,
      mode: plain('off, suggesting or applying', 'a word from a list'),
      rules: plain(
        'which fields from which certainty, for which groups, brands and forms',
        'names and numbers of fields, numbers of Zendesk and the beginning of a tag',
      ),
      version: plain('shows that the rules changed meanwhile', 'a number'),
      updated_at: plain('when it was last changed', 'a time'),
    },
  },
  triage_change: {
    purpose: 'What automatic triage did to a ticket: names of fields, no values.',
    retention: '30 days',
    sweep: 'triage_change',
    erasedBy: 'the hourly sweep; deleting the subscription',
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the change', 'an id'),
      ticket_id: plain('which ticket', ofZendesk),
      delivery_id: plain('keeps a ticket from being changed twice', 'ids of the webhook and the ticket'),
      audit_id: plain('where Zendesk keeps the values, to undo it', ofZendesk),
      fields: plain('which fields', 'names and numbers of fields'),
      band: plain('how certain it was', 'a word from a list'),
      outcome: plain('applied, suggested or nothing', 'a word from a list'),
      at: plain('when', 'a time'),
      undone_at: plain('when it was undone', 'a time'),
      undo_audit_id: plain('which audit undid it', ofZendesk),
    },
  },
};
