import { z } from 'zod';
import { SignedIn } from './accounts.ts';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});
/** Six digits of the app, or a recovery code. */
export const SecondFactorCode = z.string().min(6).max(64);

/** Begins the session that a right password alone did not begin. */
export const answerChallenge = endpoint({
  method: 'POST',
  path: '/v1/auth/code',
  summary: 'Answer the challenge of a sign-in with a code',
  audience: 'public',
  permission: { none: 'challenge and code are what is asked' },
  audit: { event: 'auth.signed-in' },
  rateClass: 'sign-in',
  bodyLimit: 4 * kilobyte,
  params: nothing,
  body: z.object({ challenge: z.string().min(1).max(100), code: SecondFactorCode }),
  response: SignedIn,
});

/** A fresh proof, good for ten minutes: a code where there is a second factor, else the password. The session gets a new id. */
export const proveIdentity = endpoint({
  method: 'POST',
  path: '/v1/auth/prove',
  summary: 'Prove again who is signed in',
  audience: 'console',
  permission: { permission: 'account:enrol' },
  audit: { event: 'auth.proven' },
  rateClass: 'sign-in',
  bodyLimit: 4 * kilobyte,
  params: nothing,
  body: z.object({ password: z.string().min(1).max(1_000).optional(), code: SecondFactorCode.optional() }),
  response: SignedIn,
});

export const SecondFactorState = z.object({
  active: z.boolean(),
  /** The subscription asks everybody for one; without it only this and its set-up can be reached. */
  required: z.boolean(),
  recoveryCodesLeft: z.number().int(),
});

/** The own second factor. */
export const secondFactorState = endpoint({
  method: 'GET',
  path: '/v1/account/second-factor',
  summary: 'Whether the own second factor is on',
  audience: 'console',
  permission: { permission: 'account:enrol' },
  audit: { none: 'reads a switch and a count' },
  rateClass: 'read',
  bodyLimit: kilobyte,
  params: nothing,
  body: z.undefined(),
  response: SecondFactorState,
});

/** Makes a secret that counts once a code of it was right, within 15 minutes; an older one stays until then. */
export const beginSecondFactor = endpoint({
  method: 'POST',
  path: '/v1/account/second-factor',
  summary: 'Begin to set up an authenticator app',
  audience: 'console',
  permission: { permission: 'account:enrol' },
  audit: { event: 'second-factor.begun' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: kilobyte,
  params: nothing,
  body: z.unknown(),
  response: z.object({
    /** `otpauth://totp/…`, for a QR code. */
    otpauthUrl: z.string(),
    /** Base32, for typing. */
    secret: z.string(),
  }),
});

/** Switches the factor on; ends every other session and answers with recovery codes, shown this once. */
export const confirmSecondFactor = endpoint({
  method: 'POST',
  path: '/v1/account/second-factor/confirm',
  summary: 'Finish setting up with a first code',
  audience: 'console',
  permission: { permission: 'account:enrol' },
  audit: { event: 'second-factor.enabled' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: kilobyte,
  params: nothing,
  body: z.object({ code: z.string().regex(/^\s*\d{3}\s*\d{3}\s*$/) }),
  response: z.object({ recoveryCodes: z.array(z.string()) }),
});

/** Switches the own factor off; refused while the subscription asks for one. */
export const removeSecondFactor = endpoint({
  method: 'DELETE',
  path: '/v1/account/second-factor',
  summary: 'Switch the own second factor off',
  audience: 'console',
  permission: { permission: 'account:self' },
  audit: { event: 'second-factor.disabled' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: kilobyte,
  params: nothing,
  body: z.unknown(),
  response: nothing,
});

/** Makes ten new recovery codes; the old ones stop working. */
export const renewRecoveryCodes = endpoint({
  method: 'POST',
  path: '/v1/account/recovery-codes',
  summary: 'Replace the recovery codes',
  audience: 'console',
  permission: { permission: 'account:self' },
  audit: { event: 'second-factor.codes-replaced' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: kilobyte,
  params: nothing,
  body: z.unknown(),
  response: z.object({ recoveryCodes: z.array(z.string()) }),
});

/** Removes the factor of a colleague who has lost theirs, ends their sessions and mails them. */
export const resetSecondFactor = endpoint({
  method: 'DELETE',
  path: '/v1/people/:accountId/second-factor',
  summary: 'Reset the second factor of an account',
  audience: 'console',
  permission: { permission: 'people:write' },
  audit: { event: 'second-factor.reset' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: kilobyte,
  params: z.object({ accountId: z.uuid() }),
  body: z.unknown(),
  response: nothing,
});

/** Asks everybody of the subscription for a second factor, or stops asking. */
export const setSecondFactorRule = endpoint({
  method: 'PUT',
  path: '/v1/people/second-factor-rule',
  summary: 'Require a second factor of everybody',
  audience: 'console',
  permission: { permission: 'people:write' },
  audit: { event: 'second-factor.rule-changed' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: kilobyte,
  params: nothing,
  body: z.object({ required: z.boolean() }),
  response: z.object({ required: z.boolean() }),
});
