import { z } from 'zod';
import { endpoint } from './endpoint.ts';

/** What a link that works once may be for. */
export const linkKinds = ['invite', 'reset', 'change-email', 'delete-account'] as const;
export type LinkKind = (typeof linkKinds)[number];
/** Mails that carry no link, because something has happened. */
export const noticeKinds = [
  'email-change-asked',
  'email-changed',
  'password-reset',
  'password-changed',
  'session-stolen',
  'second-factor-on',
  'second-factor-off',
  'second-factor-reset',
  'recovery-code-used',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

const kilobyte = 1024;
const nothing = z.object({});
const Email = z.email().max(254);
const Language = z.enum(['en', 'de']);
/** The part of the link behind its `#`; 256 bits. */
const Token = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const NewPassword = z.string().min(1).max(1_000);

const publicPost = {
  method: 'POST',
  audience: 'public',
  permission: { none: 'whoever has the link, or wants one mailed' },
  rateClass: 'sign-in',
  bodyLimit: 4 * kilobyte,
  params: nothing,
} as const;

/** Invites somebody; the mail brings a link that works once, for seven days. */
export const invitePerson = endpoint({
  method: 'POST',
  path: '/v1/people/invitations',
  summary: 'Invite a person by e-mail',
  audience: 'console',
  permission: { permission: 'people:write' },
  audit: { event: 'invitation.created' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: 4 * kilobyte,
  params: nothing,
  body: z.object({ email: Email, role: z.enum(['member', 'admin']), language: Language.default('en') }),
  response: nothing,
});

/** Mails an invitation again; the link before it stops working. */
export const resendInvitation = endpoint({
  method: 'POST',
  path: '/v1/people/:accountId/invitation',
  summary: 'Send an invitation again',
  audience: 'console',
  permission: { permission: 'people:write' },
  audit: { event: 'invitation.resent' },
  rateClass: 'write',
  bodyLimit: kilobyte,
  params: z.object({ accountId: z.uuid() }),
  body: z.unknown(),
  response: nothing,
});

/** Answers the same whether or not anybody has this address; a person who was invited gets the invitation again. */
export const requestReset = endpoint({
  ...publicPost,
  path: '/v1/auth/reset-request',
  summary: 'Have a link for a new password mailed',
  audit: { event: 'auth.link-asked' },
  body: z.object({ email: Email }),
  response: nothing,
});

/** What a link is for, without using it up. Throws `link-not-usable`. */
export const describeLink = endpoint({
  ...publicPost,
  path: '/v1/auth/link',
  summary: 'What a one-time link is for',
  audit: { none: 'reads what the bearer of the link may do' },
  body: z.object({ token: Token }),
  response: z.object({
    kind: z.enum(linkKinds),
    expiresAt: z.iso.datetime(),
  }),
});

/** Takes an invitation up and sets the password. The person then signs in. */
export const acceptInvitation = endpoint({
  ...publicPost,
  path: '/v1/auth/invitation',
  summary: 'Accept an invitation',
  audit: { event: 'invitation.accepted' },
  body: z.object({ token: Token, password: NewPassword }),
  response: nothing,
});

/** Sets a new password and ends every session; the second factor stays as it is. */
export const resetPassword = endpoint({
  ...publicPost,
  path: '/v1/auth/reset',
  summary: 'Set a new password with a link',
  audit: { event: 'password.reset' },
  body: z.object({ token: Token, password: NewPassword }),
  response: nothing,
});

/** Mails a link to the new address and a notice to the present one. */
export const requestEmailChange = endpoint({
  method: 'POST',
  path: '/v1/account/email',
  summary: 'Ask for another e-mail address',
  audience: 'console',
  permission: { permission: 'account:self' },
  audit: { event: 'email.change-asked' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: 4 * kilobyte,
  params: nothing,
  body: z.object({ email: Email }),
  response: nothing,
});

/** Makes the new address the account's and tells the old one. */
export const confirmEmailChange = endpoint({
  ...publicPost,
  path: '/v1/auth/email',
  summary: 'Confirm another e-mail address',
  audit: { event: 'email.changed' },
  body: z.object({ token: Token }),
  response: nothing,
});

/** Mails a link that deletes the own account. */
export const requestAccountDeletion = endpoint({
  method: 'POST',
  path: '/v1/account/deletion',
  summary: 'Ask for the deletion of the own account',
  audience: 'console',
  permission: { permission: 'account:self' },
  audit: { event: 'account.deletion-asked' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: kilobyte,
  params: nothing,
  body: z.unknown(),
  response: nothing,
});

/** Deletes the account for good. */
export const confirmAccountDeletion = endpoint({
  ...publicPost,
  path: '/v1/auth/deletion',
  summary: 'Delete the own account with a link',
  audit: { event: 'account.deleted' },
  body: z.object({ token: Token }),
  response: nothing,
});
