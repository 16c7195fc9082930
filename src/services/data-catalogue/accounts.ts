import { plain, sealed, subscriptionId, type CatalogueEntries } from './entry.ts';

const withAccount = 'removing the person; deleting the subscription';

export const accountEntries: CatalogueEntries = {
  account: {
    purpose: 'A person who signs in to the console.',
    retention: 'until the person is removed or the subscription ends',
    erasedBy: `${withAccount}; destroying the data keys makes the address unreadable`,
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the person everywhere, instead of a name', 'an id'),
      role: plain('what the person may do', 'a word from a list'),
      status: plain('whether the person may sign in', 'a word from a list'),
      email: sealed('signing in and mails', 'id'),
      email_hash: plain('finds the account of an address', 'a keyed hash; searched by'),
      password_hash: plain('checks the password', 'Argon2id; cannot be turned back'),
      password_changed_at: plain('ends older links', 'a time'),
      created_at: plain('order and age', 'a time'),
      last_sign_in_on: plain('finds accounts that nobody uses', 'a day'),
      language: plain('language of the mails', 'a word from a list'),
    },
  },
  console_session: {
    purpose: 'A browser that is signed in.',
    retention: 'until its end; the clean-up of tokens takes it 30 days later',
    erasedBy: `the clean-up; ${withAccount}`,
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the session', 'an id'),
      account_id: plain('whose it is', 'an id'),
      created_at: plain('shown to the person', 'a time'),
      last_seen_at: plain('shown to the person', 'a time'),
      idle_expires_at: plain('ends a session nobody uses', 'a time'),
      absolute_expires_at: plain('ends every session', 'a time'),
      device: plain('recognises the session in the list', 'browser and system as words from a list'),
      proven_at: plain('asks again before grave changes', 'a time'),
      revoked_at: plain('when it was ended', 'a time'),
    },
  },
  refresh_token: {
    purpose: 'Keeps a session signed in; every use makes a new one.',
    retention: '30 days after it has expired',
    erasedBy: `the clean-up; ${withAccount}`,
    columns: {
      subscription_id: subscriptionId,
      id: plain('names the row', 'an id'),
      session_id: plain('the session it belongs to', 'an id'),
      token_hash: plain('recognises the token', 'a keyed hash of random bits'),
      parent_id: plain('finds out when a used token comes back', 'an id'),
      generation: plain('order within the session', 'a number'),
      created_at: plain('age', 'a time'),
      used_at: plain('finds out when a used token comes back', 'a time'),
      expires_at: plain('when it is over', 'a time'),
      absolute_expires_at: plain('when the session is over', 'a time'),
    },
  },
  signing_key: {
    purpose: 'Signs the access tokens of the console.',
    retention: 'until its last token is over',
    erasedBy: 'the change to the next key',
    columns: {
      subscription_id: subscriptionId,
      id: plain('named by every token', 'an id'),
      public_key: plain('checks tokens', 'a public key'),
      private_key: sealed('signs tokens', 'id'),
      created_at: plain('age', 'a time'),
      signs_from: plain('known everywhere before it signs', 'a time'),
      verifies_until: plain('when its last token is over', 'a time'),
    },
  },
};
