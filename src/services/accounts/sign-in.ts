import { platformSubscriptionId } from '../../kernel/platform.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { SignInCandidate } from '../../ports/account-lookups.ts';
import type { Call } from '../../ports/call.ts';
import type { ConsoleSessions, IssuedSession } from '../sessions/console-sessions.ts';
import { actorOf } from '../sessions/console-sessions.ts';
import { noteSignIn } from './account-queries.ts';
import { emailHash, normaliseEmail } from './email-address.ts';
import { makeDeviceToken, takeGuess, type GiveBack } from './guess-limits.ts';
import type { MfaChallenge, MfaGate } from './mfa-gate.ts';
import { hashPassword, isOutdatedHash, verifyPassword } from './password-hash.ts';

export interface SignInInput {
  readonly email: string;
  readonly password: string;
  /** Name of the subscription, for people who have accounts in several; otherwise the one used last is meant. */
  readonly subscription?: string | undefined;
  readonly deviceToken?: string | undefined;
  /** Network address of the caller. */
  readonly address: string;
  /** Browser and system, see `deviceOf`. */
  readonly device: string;
}

export type SignInResult =
  | { readonly kind: 'signed-in'; readonly session: IssuedSession; readonly deviceToken: string }
  | { readonly kind: 'mfa-required'; readonly challenge: MfaChallenge; readonly deviceToken: string };

type SignInCall = Omit<
  Call<'database' | 'keyValues' | 'secretBox' | 'clock' | 'ids'>,
  'subscriptionId' | 'actor'
>;

/**
 * Checks address and password and begins a session, or names the second factor that is missing. Throws `sign-in-failed`,
 * after the same work and with the same words, for an unknown address, a wrong password and an account that may not sign
 * in; `rate-limited` after too many tries.
 */
export async function signIn(
  call: SignInCall,
  sessions: ConsoleSessions,
  gate: MfaGate,
  input: SignInInput,
): Promise<SignInResult> {
  const { ports } = call;
  const hash = emailHash(ports.secretBox, readableEmail(input.email));
  const giveBack = await takeGuess(ports, { ...input, emailHash: hash });
  const candidates = await ports.database.lookup((lookups) => lookups.accountsByEmail(hash));
  const candidate = choose(candidates, input.subscription);
  const isRight = await verifyPassword(input.password, candidate?.passwordHash);
  if (candidate === undefined || !isRight || candidate.status !== 'active') {
    await noteFailure(call, candidate);
    throw new ProblemError('sign-in-failed');
  }
  return enter(call, sessions, gate, { input, candidate, hash, giveBack });
}

// An address that is none has no account; saying so differently would be one more answer to tell apart.
function readableEmail(text: string): string {
  try {
    return normaliseEmail(text);
  } catch (error) {
    if (error instanceof ProblemError) return text.slice(0, 300);
    throw error;
  }
}

/** One account is tried, whoever asks: the one of the named subscription, or the one used last. */
function choose(
  candidates: readonly SignInCandidate[],
  subscription: string | undefined,
): SignInCandidate | undefined {
  if (subscription === undefined) return candidates[0];
  return candidates.find((candidate) => candidate.subscriptionName === subscription);
}

async function enter(
  call: SignInCall,
  sessions: ConsoleSessions,
  gate: MfaGate,
  {
    input,
    candidate,
    hash,
    giveBack,
  }: {
    readonly input: SignInInput;
    readonly candidate: SignInCandidate;
    readonly hash: string;
    readonly giveBack: GiveBack;
  },
): Promise<SignInResult> {
  const { subscriptionId, accountId, role } = candidate;
  const own = { ...call, subscriptionId, actor: actorOf(candidate) };
  const deviceToken = makeDeviceToken(call.ports, hash);
  const challenge = await gate.challenge(own, accountId);
  if (challenge !== undefined) {
    await giveBack();
    return { kind: 'mfa-required', challenge, deviceToken };
  }
  const stored = candidate.passwordHash ?? '';
  const remade = isOutdatedHash(stored) ? await hashPassword(input.password) : undefined;
  const opening = sessions.opening(own, { id: accountId, role }, { device: input.device });
  await call.ports.database.write(
    own,
    { permission: 'account:self', audit: { action: 'auth.signed-in', target: accountId } },
    async (tx) => {
      await opening.store(tx);
      await noteSignIn(tx, accountId, remade);
    },
  );
  await giveBack();
  return { kind: 'signed-in', session: await opening.issue(), deviceToken };
}

/** A refused sign-in stands in the log of the account's subscription; one for nobody, in the platform's. */
async function noteFailure(call: SignInCall, candidate: SignInCandidate | undefined): Promise<void> {
  await call.ports.database.write(
    {
      subscriptionId: candidate?.subscriptionId ?? platformSubscriptionId,
      actor: { kind: 'anonymous', id: 'anonymous' },
      requestId: call.requestId,
    },
    {
      permission: 'account:self',
      audit: {
        action: 'auth.sign-in-failed',
        outcome: 'refused',
        ...(candidate !== undefined && { target: candidate.accountId }),
      },
    },
    async () => undefined,
  );
}
