import { plain, sealed, subscriptionId, type CatalogueEntries } from './entry.ts';

const untilDisconnected = {
  retention: 'until Zendesk is disconnected or the subscription ends',
  erasedBy: 'disconnecting Zendesk; connecting another account; deleting the subscription',
};
const ofZendesk = 'a number of Zendesk';

export const macroEntries: CatalogueEntries = {
  macro: {
    purpose: 'A copy of a macro of the Zendesk account, so that suggesting it asks Zendesk nothing.',
    retention: 'until the macro is deleted in Zendesk, Zendesk is disconnected or the subscription ends',
    erasedBy: `the daily reading of all macros; ${untilDisconnected.erasedBy}`,
    columns: {
      subscription_id: subscriptionId,
      id: plain('which macro', ofZendesk),
      active: plain('whether agents may use it', 'yes or no'),
      restriction_type: plain('whether only groups or users may use it', 'a word from a list'),
      restriction_ids: plain('which groups or users', 'numbers of Zendesk'),
      document: sealed('title, description and actions: what it is suggested by', 'id'),
      used_30d: plain('how often agents used it, as Zendesk counts', 'a number'),
      created_at: plain('age in Zendesk', 'a time'),
      updated_at: plain('last change in Zendesk', 'a time'),
      seen_at: plain('finds those that are gone from Zendesk', 'a time'),
    },
  },
  macro_sync: {
    purpose: 'How far reading the macros has come.',
    ...untilDisconnected,
    columns: {
      subscription_id: subscriptionId,
      kind: plain('all macros or only changed ones', 'a word from a list'),
      cursor: plain('where it goes on', 'a place in a list of Zendesk'),
      started_at: plain('when it began', 'a time'),
      touched_at: plain('when it last went on', 'a time'),
      finished_at: plain('when it last ended well', 'a time'),
      full_at: plain('when all macros were last read', 'a time'),
      watermark: plain('since when changes count', 'a time'),
      next_watermark: plain('the same for the next reading', 'a time'),
      read: plain('progress', 'a number'),
      total: plain('progress', 'a number'),
      error_code: plain('why it failed', 'a word from a list'),
    },
  },
  macro_event: {
    purpose: 'A macro was shown for a ticket, or applied.',
    ...untilDisconnected,
    columns: {
      subscription_id: subscriptionId,
      macro_id: plain('which macro', ofZendesk),
      ticket_id: plain('keeps one look from being counted twice', ofZendesk),
      event: plain('shown or applied', 'a number'),
      rank_shown: plain('its place in the list', 'a number'),
      total_shown: plain('length of the list', 'a number'),
      at: plain('the quarter of an hour it happened in', 'a time'),
    },
  },
  macro_gap: {
    purpose: 'How often no macro fitted the tickets of a group, a day.',
    ...untilDisconnected,
    columns: {
      subscription_id: subscriptionId,
      day: plain('which day', 'a day'),
      group_id: plain('which group', ofZendesk),
      looks: plain('tickets for which macros were shown', 'a number'),
      misses: plain('those where none fitted', 'a number'),
    },
  },
};
