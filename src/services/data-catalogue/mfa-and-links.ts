import { plain, sealed, subscriptionId, type CatalogueEntries } from './entry.ts';

const accountId = plain('the account the row belongs to', 'an id');
const withAccount = 'deleting the account; deleting the subscription';

export const mfaAndLinkEntries: CatalogueEntries = {
  second_factor_rule: {
    purpose: 'Whether everybody of the subscription needs a second factor.',
    retention: 'until the subscription is deleted',
    erasedBy: 'deleting the subscription',
    columns: {
      subscription_id: subscriptionId,
      required: plain('whether it is asked for', 'yes or no'),
      updated_at: plain('shown in the console', 'a time'),
    },
  },
  second_factor: {
    purpose: 'The authenticator app of an account.',
    retention: 'until switched off or reset',
    erasedBy: `switching it off; ${withAccount}; destroying the data keys makes secrets unreadable`,
    columns: {
      subscription_id: subscriptionId,
      account_id: accountId,
      secret: sealed('checks the codes', 'account_id'),
      confirmed_at: plain('since when it counts', 'a time'),
      pending_secret: {
        ...sealed('waits for its first code', 'account_id'),
        retention: '15 minutes, then until the next sweep',
        sweep: 'pending_factor',
      },
      pending_until: plain('until when it waits', 'a time'),
      last_accepted_counter: plain('no code is taken twice', 'the number of a half minute'),
      recent_failures: plain('limits guessing', 'times of wrong codes in the last hour'),
      failures_in_a_row: plain('stops guessing', 'a number'),
      created_at: plain('age', 'a time'),
    },
  },
  recovery_code: {
    purpose: 'Codes for whoever has lost the app; each works once.',
    retention: 'until used or replaced',
    erasedBy: `using it; replacing the codes; switching the second factor off; ${withAccount}`,
    columns: {
      subscription_id: subscriptionId,
      account_id: accountId,
      code_hash: plain('recognises the code', 'a keyed hash of 128 random bits'),
      created_at: plain('age', 'a time'),
    },
  },
  sign_in_challenge: {
    purpose: 'The moment between a right password and a code.',
    retention: 'five minutes, then until the next sweep',
    sweep: 'sign_in_challenge',
    erasedBy: `the right code; the hourly sweep; ${withAccount}`,
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the row', 'an id'),
      account_id: accountId,
      token_hash: plain('recognises the browser', 'a hash of 256 random bits'),
      failures: plain('limits guessing', 'a number'),
      expires_at: plain('when it is over', 'a time'),
      created_at: plain('age', 'a time'),
    },
  },
  one_time_link: {
    purpose: 'A link sent by mail that works once.',
    retention: '1 day after it has expired; it works for 30 minutes to 7 days',
    sweep: 'one_time_link',
    erasedBy: `the hourly sweep; ${withAccount}`,
    columns: {
      subscription_id: subscriptionId,
      id: plain('named by the job that mails it', 'an id'),
      account_id: accountId,
      kind: plain('what it is for', 'a word from a list'),
      token_hash: plain('recognises the link', 'a hash of 256 random bits'),
      payload: sealed('old and new address of a change', 'id'),
      expires_at: plain('when it is over', 'a time'),
      used_at: plain('works once', 'a time'),
      recent_mails: plain('keeps mailboxes from being filled', 'times of mails in the last day'),
      created_at: plain('age', 'a time'),
    },
  },
};
