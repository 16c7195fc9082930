import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readAccount } from '../accounts/account-queries.ts';
import { emailBinding, emailHash } from '../accounts/email-address.ts';
import { takeGuess } from '../accounts/guess-limits.ts';
import { verifyPassword } from '../accounts/password-hash.ts';
import type { ConsoleSessions, IssuedSession } from '../sessions/console-sessions.ts';
import { acceptCode } from './accept-code.ts';
import { readFactorState } from './mfa-queries.ts';

export interface Proof {
  readonly accountId: string;
  readonly sessionId: string;
  readonly device: string;
  /** Network address of the caller. */
  readonly address: string;
  readonly password?: string | undefined;
  readonly code?: string | undefined;
}

/**
 * A fresh proof, good for ten minutes: a code where the account has a second factor, the password where it has none.
 * The session goes on under a new id. Throws `invalid-request` when the other one was given, and what wrong ones throw.
 */
export async function proveIdentity(
  call: Call<'database' | 'secretBox' | 'clock' | 'keyValues' | 'jobs'>,
  sessions: Pick<ConsoleSessions, 'opening'>,
  proof: Proof,
): Promise<IssuedSession> {
  const { accountId, sessionId, device } = proof;
  const { account, active } = await call.ports.database.read(call, async (tx) => ({
    account: await readAccount(tx, accountId),
    active: (await readFactorState(tx, accountId)).active,
  }));
  if (account === undefined) throw new ProblemError('not-found');
  const { role } = account;
  const opening = sessions.opening(call, { id: accountId, role }, { device, replaces: sessionId });
  if (active) {
    if (proof.code === undefined)
      throw new ProblemError('invalid-request', { detail: 'code: this account proves itself by a code' });
    await acceptCode(call, { accountId, code: proof.code, action: 'auth.proven' }, opening.store);
    return opening.issue();
  }
  if (proof.password === undefined)
    throw new ProblemError('invalid-request', {
      detail: 'password: this account proves itself by its password',
    });
  await checkOwnPassword(call, account, { ...proof, password: proof.password });
  await call.ports.database.write(
    call,
    {
      permission: 'account:self',
      audit: { action: 'auth.proven', target: accountId, facts: { secondFactor: 'none' } },
    },
    opening.store,
  );
  return opening.issue();
}

/** Counts like a sign-in. Throws `sign-in-failed` or `rate-limited`. */
async function checkOwnPassword(
  call: Call<'database' | 'secretBox' | 'clock' | 'keyValues'>,
  account: { readonly email: string; readonly password_hash: string | null },
  { accountId, password, address }: Proof & { readonly password: string },
): Promise<void> {
  const { database, secretBox } = call.ports;
  const email = await secretBox.open(account.email, emailBinding(call.subscriptionId, accountId));
  const giveBack = await takeGuess(call.ports, { emailHash: emailHash(secretBox, email), address });
  if (!(await verifyPassword(password, account.password_hash))) {
    await database.write(
      call,
      {
        permission: 'account:self',
        audit: { action: 'auth.proven', target: accountId, outcome: 'refused' },
      },
      async () => undefined,
    );
    throw new ProblemError('sign-in-failed', { detail: 'The password is not right.' });
  }
  await giveBack();
}
