import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import type { AccountRole } from '../../ports/schema/accounts.ts';
import { revokeSessions } from '../sessions/console-session-queries.ts';
import type { ConsoleSessions, IssuedSession } from '../sessions/console-sessions.ts';
import { readAccount, readSubscriptionName, updatePassword } from './account-queries.ts';
import { emailBinding, emailHash } from './email-address.ts';
import { takeGuess } from './guess-limits.ts';
import type { MfaGate } from './mfa-gate.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';
import { checkPassword } from './password-policy.ts';

type PasswordCall = Call<'database' | 'keyValues' | 'secretBox' | 'clock' | 'ids' | 'jobs'>;

export interface ChangePasswordInput {
  readonly accountId: string;
  readonly role: AccountRole;
  /** The session that asks; it goes on under a new id. */
  readonly sessionId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly address: string;
  readonly device: string;
}

/** Changes the own password: every session ends, this one goes on as a new one. Throws `sign-in-failed` for a wrong present password. */
export async function changePassword(
  call: PasswordCall,
  sessions: ConsoleSessions,
  gate: MfaGate,
  input: ChangePasswordInput,
): Promise<IssuedSession> {
  const { accountId } = input;
  const account = await call.ports.database.read(call, (tx) => readAccount(tx, accountId));
  if (account === undefined) throw new ProblemError('not-found');
  const email = await call.ports.secretBox.open(account.email, emailBinding(call.subscriptionId, accountId));
  const source = { emailHash: emailHash(call.ports.secretBox, email), address: input.address };
  const giveBack = await takeGuess(call.ports, source);
  if (!(await verifyPassword(input.currentPassword, account.password_hash)))
    throw new ProblemError('sign-in-failed', { detail: 'The present password is not right.' });
  await giveBack();
  const passwordHash = await preparePassword(call, gate, email, input.newPassword);
  const opening = sessions.opening(
    call,
    { id: accountId, role: input.role },
    { device: input.device, replaces: input.sessionId },
  );
  const ended = await call.ports.database.write(
    call,
    { permission: 'account:self', audit: { action: 'auth.password-changed', target: accountId } },
    async (tx) => {
      // Before the rest, which would end the session this one takes the place of.
      await opening.store(tx);
      await call.ports.jobs.enqueue(tx, call, 'mail.send-notice', { accountId, notice: 'password-changed' });
      return storePassword(tx, accountId, passwordHash, opening.sessionId);
    },
  );
  sessions.forget(ended);
  return opening.issue();
}

/** Checks a new password against the rules and hashes it; before any transaction. Throws `invalid-request`. */
export async function preparePassword(
  call: Call<'database'>,
  gate: Pick<MfaGate, 'isEnforced'>,
  email: string,
  password: string,
): Promise<string> {
  const { subscriptionName, secondFactorEnforced } = await call.ports.database.read(call, async (tx) => ({
    subscriptionName: await readSubscriptionName(tx),
    secondFactorEnforced: await gate.isEnforced(tx),
  }));
  checkPassword(password, { email, subscriptionName, secondFactorEnforced });
  return hashPassword(password);
}

/** Stores a new password's hash and ends the account's sessions but one; returns the ids to forget. Throws `not-found` for a disabled account. */
export async function storePassword(
  tx: WriteTransaction,
  accountId: string,
  passwordHash: string,
  exceptSessionId?: string,
): Promise<readonly string[]> {
  if (!(await updatePassword(tx, accountId, passwordHash))) throw new ProblemError('not-found');
  return revokeSessions(tx, accountId, exceptSessionId === undefined ? {} : { except: exceptSessionId });
}
