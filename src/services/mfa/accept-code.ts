import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import { fromBase32 } from './base32.ts';
import {
  failChallenge,
  failuresInARow,
  noteFailure,
  passChallenge,
  readFactor,
  takeCounter,
  takeRecoveryCode,
} from './mfa-queries.ts';
import { hashRecoveryCode, looksLikeRecoveryCode } from './recovery-codes.ts';
import { matchingCounter } from './totp.ts';

export interface CodeToAccept {
  readonly accountId: string;
  /** Six digits of the app, or a recovery code. */
  readonly code: string;
  /** The challenge it answers, which ends with it. */
  readonly challengeId?: string;
  /** What the code is shown for, as the audit log calls it. */
  readonly action: `auth.${string}`;
}

/** A second factor was shown; in the same transaction the caller does what it was asked for. */
export type AfterCode<T> = (tx: WriteTransaction, kind: 'totp' | 'recovery') => Promise<T>;

type Fit =
  | { readonly kind: 'totp'; readonly counter: number; readonly secret: string }
  | { readonly kind: 'recovery'; readonly codeHash: string };

/** Rolls an acceptance back that lost a race or met a limit. */
class NotTaken extends Error {}

/**
 * Takes a code once and does `after` in the same transaction. Throws `code-refused`, `rate-limited` after ten wrong
 * codes in an hour, `challenge-over` after five on one challenge, `second-factor-locked` after a hundred in a row.
 */
export async function acceptCode<T>(
  call: Call<'database' | 'secretBox' | 'clock' | 'jobs'>,
  input: CodeToAccept,
  after: AfterCode<T>,
): Promise<T> {
  const { accountId, challengeId, action } = input;
  const fit = await findFit(call, input);
  if (fit === 'locked') throw new ProblemError('second-factor-locked');
  if (fit !== undefined) {
    try {
      return await call.ports.database.write(
        call,
        {
          permission: 'account:self',
          audit: { action, target: accountId, facts: { secondFactor: fit.kind } },
        },
        async (tx) => {
          if (!(await take(tx, accountId, fit))) throw new NotTaken();
          if (challengeId !== undefined && !(await passChallenge(tx, challengeId)))
            throw new ProblemError('challenge-over');
          if (fit.kind === 'recovery')
            await call.ports.jobs.enqueue(tx, call, 'mail.send-notice', {
              accountId,
              notice: 'recovery-code-used',
            });
          return await after(tx, fit.kind);
        },
      );
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
    }
  }
  return refuse(call, input);
}

/** Counts the wrong code, for the account and for the challenge, and throws what the person is told. */
async function refuse(
  call: Call<'database'>,
  { accountId, challengeId, action }: CodeToAccept,
): Promise<never> {
  await call.ports.database.write(
    call,
    {
      permission: 'account:self',
      audit: { action, target: accountId, outcome: 'refused' },
    },
    async (tx) => {
      const waitSeconds = await noteFailure(tx, accountId);
      if (waitSeconds !== undefined)
        throw new ProblemError('rate-limited', { retryAfterSeconds: waitSeconds });
      if (challengeId !== undefined && !(await failChallenge(tx, challengeId)))
        throw new ProblemError('challenge-over');
    },
  );
  throw new ProblemError('code-refused');
}

async function findFit(
  call: Call<'database' | 'secretBox' | 'clock'>,
  { accountId, code }: CodeToAccept,
): Promise<Fit | 'locked' | undefined> {
  const { subscriptionId } = call;
  const { database, secretBox, clock } = call.ports;
  if (looksLikeRecoveryCode(code))
    return { kind: 'recovery', codeHash: hashRecoveryCode(secretBox, { subscriptionId, accountId }, code) };
  const factor = await database.read(call, (tx) => readFactor(tx, accountId));
  if (factor === undefined || factor.secret === null) return undefined;
  if (factor.failuresInARow >= failuresInARow) return 'locked';
  const secret = await secretBox.open(factor.secret, secretBinding(subscriptionId, accountId));
  const counter = matchingCounter(fromBase32(secret), code.replaceAll(/\s/g, ''), {
    nowMs: clock.now().getTime(),
    lastAccepted: factor.lastAcceptedCounter,
  });
  return counter === undefined ? undefined : { kind: 'totp', counter, secret: factor.secret };
}

function take(tx: WriteTransaction, accountId: string, fit: Fit): Promise<boolean> {
  return fit.kind === 'totp'
    ? takeCounter(tx, { accountId, secret: fit.secret, counter: fit.counter })
    : takeRecoveryCode(tx, { accountId, codeHash: fit.codeHash });
}

/** What the secret of an account's second factor is bound to. */
export const secretBinding = (subscriptionId: string, accountId: string) => ({
  subscriptionId,
  table: 'second_factor',
  column: 'secret',
  row: accountId,
});

/** The same for a secret that waits for its first code. */
export const pendingBinding = (subscriptionId: string, accountId: string) => ({
  ...secretBinding(subscriptionId, accountId),
  column: 'pending_secret',
});
