import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readAccount } from '../accounts/account-queries.ts';
import { emailBinding } from '../accounts/email-address.ts';
import { revokeSessions } from '../sessions/console-session-queries.ts';
import type { ConsoleSessions } from '../sessions/console-sessions.ts';
import { pendingBinding, secretBinding } from './accept-code.ts';
import { fromBase32, toBase32 } from './base32.ts';
import {
  confirmPendingSecret,
  readFactor,
  replaceRecoveryCodes,
  upsertPendingSecret,
} from './mfa-queries.ts';
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.ts';
import { makeTotpSecret, matchingCounter, otpauthUrl } from './totp.ts';

const minutesToConfirm = 15;

/** Makes a secret that does not count until a code of it was right; an older factor stays until then. */
export async function beginSecondFactor(
  call: Call<'database' | 'secretBox'>,
  accountId: string,
): Promise<{ readonly secret: string; readonly otpauthUrl: string }> {
  const { subscriptionId } = call;
  const { database, secretBox } = call.ports;
  const account = await database.read(call, (tx) => readAccount(tx, accountId));
  if (account === undefined) throw new ProblemError('not-found');
  const email = await secretBox.open(account.email, emailBinding(subscriptionId, accountId));
  const secret = toBase32(makeTotpSecret());
  const sealed = await secretBox.seal(secret, pendingBinding(subscriptionId, accountId));
  await database.write(
    call,
    { permission: 'account:enrol', audit: { action: 'second-factor.begun', target: accountId } },
    (tx) => upsertPendingSecret(tx, { subscriptionId, accountId, secret: sealed, minutes: minutesToConfirm }),
  );
  return { secret, otpauthUrl: otpauthUrl({ issuer: 'InDesk', account: email, secret }) };
}

/**
 * Switches the factor on with a first code, which is used up by it, makes recovery codes and ends every other session.
 * Throws `code-refused`, and `conflict` when no secret waits.
 */
export async function confirmSecondFactor(
  call: Call<'database' | 'secretBox' | 'clock' | 'jobs'>,
  sessions: Pick<ConsoleSessions, 'forget'>,
  input: { readonly accountId: string; readonly sessionId: string; readonly code: string },
): Promise<readonly string[]> {
  const { accountId, sessionId, code } = input;
  const { subscriptionId } = call;
  const { database, secretBox, clock, jobs } = call.ports;
  const factor = await database.read(call, (tx) => readFactor(tx, accountId));
  if (factor === undefined || factor.pendingSecret === null)
    throw new ProblemError('conflict', { detail: 'Begin the set-up first.' });
  const { pendingSecret } = factor;
  const secret = await secretBox.open(pendingSecret, pendingBinding(subscriptionId, accountId));
  const counter = matchingCounter(fromBase32(secret), code.replaceAll(/\s/g, ''), {
    nowMs: clock.now().getTime(),
    lastAccepted: 0,
  });
  if (counter === undefined) throw new ProblemError('code-refused');
  const sealed = await secretBox.seal(secret, secretBinding(subscriptionId, accountId));
  const codes = makeRecoveryCodes();
  const hashes = codes.map((one) => hashRecoveryCode(secretBox, { subscriptionId, accountId }, one));
  const ended = await database.write(
    call,
    { permission: 'account:enrol', audit: { action: 'second-factor.enabled', target: accountId } },
    async (tx) => {
      if (!(await confirmPendingSecret(tx, { accountId, pendingSecret, secret: sealed, counter })))
        throw new ProblemError('conflict', { detail: 'The set-up took too long. Begin it again.' });
      await replaceRecoveryCodes(tx, { subscriptionId, accountId, hashes });
      await jobs.enqueue(tx, call, 'mail.send-notice', { accountId, notice: 'second-factor-on' });
      return revokeSessions(tx, accountId, { except: sessionId });
    },
  );
  // The own one too: it may do more from now on.
  sessions.forget([...ended, sessionId]);
  return codes;
}
