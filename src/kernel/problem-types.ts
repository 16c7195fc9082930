import { knowledgeProblemTypes } from './knowledge-problem-types.ts';

/** Every problem the program can answer with: HTTP status, title, and the way out in the words of the person who sees it. */
export const problemTypes = {
  ...knowledgeProblemTypes,
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    wayOut: 'Correct the named fields and send it again.',
  },
  'not-signed-in': {
    status: 401,
    title: 'You are not signed in',
    wayOut: 'Open the ticket again to sign in.',
  },
  'session-expired': {
    status: 401,
    title: 'Your session has expired',
    wayOut: 'Open the ticket again to sign in.',
  },
  'console-sign-in-needed': {
    status: 401,
    title: 'You are not signed in to the console',
    wayOut: 'Sign in again.',
  },
  'sign-in-failed': {
    status: 401,
    title: 'This e-mail address and password do not fit together',
    wayOut:
      'Check both, or ask for a link to set a new password. If you belong to several subscriptions, name the one you want to enter.',
  },
  'last-admin': {
    status: 409,
    title: 'Somebody must remain to manage this subscription',
    wayOut: 'Make another person admin first.',
  },
  'sign-in-refused': {
    status: 401,
    title: 'The sign-in from Zendesk was refused',
    wayOut: 'Reload the ticket. If it stays, ask your admin to install the app again.',
  },
  'install-refused': {
    status: 403,
    title: 'The installation was refused',
    wayOut:
      'Check the subscription key in the settings of the app; your operator can release an older installation.',
  },
  'bootstrap-refused': {
    status: 403,
    title: 'The one-time code was refused',
    wayOut:
      'Enter the code the server printed at its start. Make a new one with: npm run indesk -- operator code',
  },
  'step-up-needed': {
    status: 403,
    title: 'This needs a fresh proof that it is you',
    wayOut: 'Enter your password or code again, then repeat what you did.',
  },
  'identity-refused': {
    status: 401,
    title: 'The page could not say who you are',
    wayOut: 'Sign in to the site again.',
  },
  'webhook-refused': {
    status: 401,
    title: 'The delivery was refused',
    wayOut: 'Deliveries must be signed by the webhook that InDesk made, and come once, within five minutes.',
  },
  'mail-unavailable': {
    status: 503,
    title: 'The mail could not be sent',
    wayOut: 'Try again in a few minutes; your operator can check the mail settings.',
  },
  'code-refused': {
    status: 403,
    title: 'That code is not right',
    wayOut: 'Wait for the next code of your app and enter it, or use a recovery code.',
  },
  'challenge-over': {
    status: 401,
    title: 'This sign-in has taken too long or too many tries',
    wayOut: 'Sign in again from the start.',
  },
  'second-factor-locked': {
    status: 403,
    title: 'Codes are no longer accepted after too many wrong ones',
    wayOut: 'Use a recovery code, or ask your admin to reset your second factor.',
  },
  'second-factor-required': {
    status: 403,
    title: 'This subscription asks everybody for a second factor',
    wayOut: 'Set up an authenticator app first.',
  },
  'link-not-usable': {
    status: 410,
    title: 'This link has expired or was used before',
    wayOut: 'Ask for a new one.',
  },
  'ticket-not-allowed': {
    status: 403,
    title: 'You may not see this ticket',
    wayOut: 'Ask a colleague in its group, or your admin.',
  },
  'ticket-brand-not-covered': {
    status: 403,
    title: 'This ticket belongs to a brand InDesk is not set up for',
    wayOut: 'Your admin can add the brand to the Zendesk connection.',
  },
  'feature-disabled': {
    status: 403,
    title: 'This feature is switched off',
    wayOut: 'Your admin can switch it on.',
  },
  'subscription-inactive': {
    status: 403,
    title: 'This subscription is not active',
    wayOut: 'Ask your admin to renew it.',
  },
  forbidden: { status: 403, title: 'You may not do this', wayOut: 'Ask your admin for the permission.' },
  'not-found': { status: 404, title: 'Not found', wayOut: 'Check the address.' },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take that method',
    wayOut: 'Use one of the methods in the Allow header.',
  },
  'ticket-not-found': {
    status: 404,
    title: 'Zendesk has no such ticket',
    wayOut: 'It may have been deleted or merged. Open another ticket.',
  },
  'subscription-held': {
    status: 409,
    title: 'This subscription is under legal hold',
    wayOut: 'Nothing of it can be erased until an operator lifts the hold.',
  },
  conflict: { status: 409, title: 'Something changed in the meantime', wayOut: 'Reload and try again.' },
  'ticket-changed': {
    status: 409,
    title: 'The ticket changed in the meantime',
    wayOut: 'Reload the ticket and try again.',
  },
  'score-target-missing': {
    status: 409,
    title: 'There is nowhere to write this score',
    wayOut: 'Ask your support lead to choose a field or a tag in the settings of the scorecard.',
  },
  'request-too-large': {
    status: 413,
    title: 'The request is too large',
    wayOut: 'Shorten the text and try again.',
  },
  'ticket-empty': {
    status: 422,
    title: 'The ticket has no text to work with',
    wayOut: 'Add a comment, or answer without the copilot.',
  },
  'ticket-refused-change': {
    status: 422,
    title: 'Zendesk refused the change',
    wayOut: 'A closed ticket cannot be changed; otherwise check its required fields.',
  },
  'quota-exceeded': {
    status: 429,
    title: 'The limit of this subscription is used up',
    wayOut: 'Wait until the named time, or ask your operator to raise the limit.',
  },
  'budget-used-up': {
    status: 429,
    title: 'The budget for AI is used up',
    wayOut: 'Wait until the named time, or ask your admin to raise the budget.',
  },
  'rate-limited': { status: 429, title: 'Too many requests', wayOut: 'Wait a moment and try again.' },
  'zendesk-not-connected': {
    status: 424,
    title: 'Zendesk is not connected',
    wayOut: 'Your admin can connect Zendesk.',
  },
  'zendesk-reconnect-needed': {
    status: 424,
    title: 'Zendesk no longer accepts our access',
    wayOut: 'Your admin needs to reconnect Zendesk.',
  },
  'authorization-refused': {
    status: 403,
    title: 'The authorisation from Zendesk was refused',
    wayOut:
      'Start again from the settings: an authorisation works once, for ten minutes, in the same browser.',
  },
  'zendesk-forbidden': {
    status: 424,
    title: 'Zendesk does not let us do this',
    wayOut: 'Your admin can widen the rights of the Zendesk connection.',
  },
  'zendesk-rate-limited': {
    status: 429,
    title: 'Zendesk asks us to slow down',
    wayOut: 'Try again in a moment.',
  },
  'zendesk-unavailable': { status: 503, title: 'Zendesk does not answer', wayOut: 'Try again in a moment.' },
  'site-unavailable': {
    status: 424,
    title: 'The web site does not answer',
    wayOut: 'Check the address, or try again later.',
  },
  'site-refused': {
    status: 424,
    title: 'The web site does not let us read this page',
    wayOut: 'Check its robots.txt, and that the page can be read without signing in.',
  },
  'site-unreadable': {
    status: 424,
    title: 'The page is not something we can read',
    wayOut: 'Name pages of text (HTML or plain text) of at most 5 MiB.',
  },
  'site-rate-limited': {
    status: 424,
    title: 'The web site asks us to slow down',
    wayOut: 'The pages are read again later.',
  },
  'provider-not-connected': {
    status: 424,
    title: 'No AI provider is connected',
    wayOut: 'Your admin can add an AI provider.',
  },
  'masking-unreadable': {
    status: 424,
    title: 'The masking patterns cannot be read, so nothing is sent to the AI provider',
    wayOut: 'Your admin needs to enter the patterns again.',
  },
  'provider-auth': {
    status: 424,
    title: 'The AI provider refused the key',
    wayOut: 'Your admin needs to replace the key.',
  },
  'provider-quota': {
    status: 424,
    title: 'The AI provider account has no credit left',
    wayOut: 'Your admin can add credit at the provider.',
  },
  'provider-rate-limited': {
    status: 429,
    title: 'The AI provider asks us to slow down',
    wayOut: 'Try again in a moment.',
  },
  'provider-overloaded': {
    status: 503,
    title: 'The AI provider is overloaded',
    wayOut: 'Try again in a moment.',
  },
  'provider-unreachable': {
    status: 503,
    title: 'The AI provider does not answer',
    wayOut: 'Try again in a moment; if it stays, look at the provider’s status page.',
  },
  'provider-timeout': { status: 504, title: 'The AI provider took too long', wayOut: 'Try again.' },
  'provider-context-overflow': {
    status: 422,
    title: 'The ticket is too long for this model',
    wayOut: 'Try again; your admin can choose a model with a larger window.',
  },
  'provider-model-not-found': {
    status: 424,
    title: 'The AI provider does not know this model',
    wayOut: 'Your admin can choose another model.',
  },
  'provider-refused': {
    status: 422,
    title: 'The AI provider declined to answer this',
    wayOut: 'Answer it yourself, or give it another instruction.',
  },
  'provider-bad-output': {
    status: 502,
    title: 'The AI provider sent an answer we could not read',
    wayOut: 'Try again.',
  },
  'provider-bad-request': {
    status: 502,
    title: 'The AI provider did not accept the request',
    wayOut: 'Try again; if it stays, tell your admin.',
  },
  'provider-interrupted': {
    status: 502,
    title: 'The answer broke off',
    wayOut: 'What arrived is kept. Try again for the rest.',
  },
  'output-refused': {
    status: 502,
    title: 'The answer was held back by a safety check',
    wayOut: 'Try again, or write it yourself.',
  },
  'webhook-unavailable': {
    status: 502,
    title: 'The webhook did not take the delivery',
    wayOut: 'Check that its address answers with a status of success.',
  },
  'egress-refused': {
    status: 422,
    title: 'This address may not be reached from here',
    wayOut: 'Use a public https address, or ask the operator to allow it.',
  },
  'database-unavailable': {
    status: 503,
    title: 'The database does not answer',
    wayOut: 'Try again in a moment.',
  },
  'storage-full': {
    status: 507,
    title: 'The disk of the database is full',
    wayOut: 'Nothing was changed. Tell your operator; it works again as soon as there is room.',
  },
  'shutting-down': { status: 503, title: 'The server is restarting', wayOut: 'Try again in a few seconds.' },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    wayOut: 'Try again; if it stays, tell your admin the request number.',
  },
} as const satisfies Record<string, { status: number; title: string; wayOut: string }>;

export type ProblemType = keyof typeof problemTypes;
