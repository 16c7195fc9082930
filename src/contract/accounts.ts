import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});
const AccountId = z.object({ accountId: z.uuid() });
const Role = z.enum(['admin', 'member', 'operator']);
const Status = z.enum(['invited', 'active', 'disabled']);
/** Checked by rules of its own, which say what is wrong. */
const Password = z.string().min(1).max(1_000);

/** What a browser keeps in memory after signing in; the refresh token stands in a cookie scripts cannot read. */
export const SignedIn = z.object({
  kind: z.literal('signed-in'),
  accessToken: z.string(),
  /** Seconds until it must be renewed. */
  expiresInSeconds: z.number().int(),
});
export const MfaRequired = z.object({
  kind: z.literal('mfa-required'),
  /** Sent back with the code. */
  challenge: z.string(),
  expiresInSeconds: z.number().int(),
});

const publicPost = {
  method: 'POST',
  audience: 'public',
  rateClass: 'sign-in',
  params: nothing,
} as const;

/** Begins a session, or names the challenge a second factor must answer. */
export const signIn = endpoint({
  ...publicPost,
  path: '/v1/auth/sign-in',
  summary: 'Sign in to the console',
  permission: { none: 'address and password are what is asked' },
  audit: { event: 'auth.signed-in' },
  bodyLimit: 8 * kilobyte,
  body: z.object({
    email: z.string().min(1).max(320),
    password: Password,
    /** Name of the subscription, for people with accounts in several. */
    subscription: z.string().min(1).max(200).optional(),
  }),
  response: z.discriminatedUnion('kind', [SignedIn, MfaRequired]),
});

/** A fresh access token for the session in the cookie. */
export const refreshSession = endpoint({
  ...publicPost,
  path: '/v1/auth/refresh',
  summary: 'Renew the session',
  permission: { none: 'the cookie is what is asked' },
  audit: { none: 'an ordinary exchange is no event; a stolen token is recorded as auth.refresh_reuse' },
  rateClass: 'session',
  bodyLimit: kilobyte,
  body: nothing,
  response: SignedIn,
});

/** Ends the session in the cookie; answers the same when there is none. */
export const signOut = endpoint({
  ...publicPost,
  path: '/v1/auth/logout',
  summary: 'Sign out',
  permission: { none: 'the cookie is what is asked' },
  audit: { event: 'auth.signed-out' },
  rateClass: 'session',
  bodyLimit: kilobyte,
  body: nothing,
  response: nothing,
});

const own = {
  audience: 'console',
  permission: { permission: 'account:self' },
  bodyLimit: 8 * kilobyte,
} as const;

/** The own account. An account that must set up a second factor first may read it too. */
export const readAccount = endpoint({
  ...own,
  method: 'GET',
  path: '/v1/account',
  summary: 'The own account',
  permission: { permission: 'account:enrol' },
  audit: { none: 'reads what is the caller’s own' },
  rateClass: 'read',
  params: nothing,
  body: z.undefined(),
  response: z.object({
    id: z.uuid(),
    email: z.string(),
    role: Role,
    subscription: z.object({ id: z.uuid(), name: z.string() }),
    permissions: z.array(z.string()),
    createdAt: z.iso.datetime(),
  }),
});

/** Every other session ends, and this one goes on under a new id. */
export const changePassword = endpoint({
  ...own,
  method: 'POST',
  path: '/v1/account/password',
  summary: 'Change the own password',
  audit: { event: 'auth.password-changed' },
  rateClass: 'sign-in',
  stepUp: true,
  params: nothing,
  body: z.object({ currentPassword: Password, newPassword: Password }),
  response: SignedIn,
});

export const SessionEntry = z.object({
  id: z.uuid(),
  /** The session that asks. */
  isThis: z.boolean(),
  /** "Firefox on Linux". */
  device: z.string(),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
});

export const listSessions = endpoint({
  ...own,
  method: 'GET',
  path: '/v1/account/sessions',
  summary: 'The own sessions',
  audit: { none: 'reads what is the caller’s own' },
  rateClass: 'read',
  params: nothing,
  body: z.undefined(),
  response: z.object({ sessions: z.array(SessionEntry) }),
});

export const endSession = endpoint({
  ...own,
  method: 'DELETE',
  path: '/v1/account/sessions/:sessionId',
  summary: 'End one of the own sessions',
  audit: { event: 'auth.session-ended' },
  rateClass: 'write',
  params: z.object({ sessionId: z.uuid() }),
  body: z.unknown(),
  response: nothing,
});

/** Ends all of the own sessions, this one too. */
export const endSessions = endpoint({
  ...own,
  method: 'DELETE',
  path: '/v1/account/sessions',
  summary: 'End all of the own sessions',
  audit: { event: 'auth.sessions-ended' },
  rateClass: 'write',
  params: nothing,
  body: z.unknown(),
  response: z.object({ ended: z.number().int() }),
});

const people = { audience: 'console', bodyLimit: 4 * kilobyte } as const;

export const Person = z.object({
  id: z.uuid(),
  /** Masked: `m…@example.com`. */
  email: z.string(),
  role: Role,
  status: Status,
  createdAt: z.iso.datetime(),
  /** A day (UTC); null: never. */
  lastSignInOn: z.string().nullable(),
});

export const listPeople = endpoint({
  ...people,
  method: 'GET',
  path: '/v1/people',
  summary: 'The people of the subscription',
  permission: { permission: 'people:read' },
  audit: { none: 'reads a list with masked addresses' },
  rateClass: 'read',
  params: nothing,
  body: z.undefined(),
  response: z.object({ people: z.array(Person) }),
});

/** Shows one whole address. */
export const showEmail = endpoint({
  ...people,
  method: 'POST',
  path: '/v1/people/:accountId/email',
  summary: 'Show the e-mail address of a person',
  permission: { permission: 'people:write' },
  audit: { event: 'account.email-shown' },
  rateClass: 'write',
  params: AccountId,
  body: z.unknown(),
  response: z.object({ email: z.string() }),
});

/** The person's sessions end; they sign in again with the new role. */
export const changeRole = endpoint({
  ...people,
  method: 'PUT',
  path: '/v1/people/:accountId/role',
  summary: 'Change the role of a person',
  permission: { permission: 'people:write' },
  audit: { event: 'account.role-changed' },
  rateClass: 'write',
  stepUp: true,
  params: AccountId,
  body: z.object({ role: z.enum(['admin', 'member']) }),
  response: nothing,
});

/** A disabled account cannot sign in, and its sessions end. */
export const changeStatus = endpoint({
  ...people,
  method: 'PUT',
  path: '/v1/people/:accountId/status',
  summary: 'Disable or enable an account',
  permission: { permission: 'people:write' },
  audit: { event: 'account.disabled' },
  rateClass: 'write',
  stepUp: true,
  params: AccountId,
  body: z.object({ enabled: z.boolean() }),
  response: nothing,
});

export const removePerson = endpoint({
  ...people,
  method: 'DELETE',
  path: '/v1/people/:accountId',
  summary: 'Remove a person',
  permission: { permission: 'people:write' },
  audit: { event: 'account.removed' },
  rateClass: 'write',
  stepUp: true,
  params: AccountId,
  body: z.unknown(),
  response: nothing,
});

export const endSessionsOf = endpoint({
  ...people,
  method: 'DELETE',
  path: '/v1/people/:accountId/sessions',
  summary: 'End the sessions of a person',
  permission: { permission: 'people:write' },
  audit: { event: 'auth.sessions-ended' },
  rateClass: 'write',
  params: AccountId,
  body: z.unknown(),
  response: z.object({ ended: z.number().int() }),
});
