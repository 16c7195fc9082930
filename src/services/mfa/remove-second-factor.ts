import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readAccount } from '../accounts/account-queries.ts';
import { revokeSessions } from '../sessions/console-session-queries.ts';
import type { ConsoleSessions } from '../sessions/console-sessions.ts';
import { deleteFactor, readFactorState } from './mfa-queries.ts';

/** Switches the own factor off and ends every other session. Throws `conflict` while the subscription asks for one. */
export async function removeSecondFactor(
  call: Call<'database' | 'jobs'>,
  sessions: Pick<ConsoleSessions, 'forget'>,
  { accountId, sessionId }: { readonly accountId: string; readonly sessionId: string },
): Promise<void> {
  const { database, jobs } = call.ports;
  const ended = await database.write(
    call,
    { permission: 'account:self', audit: { action: 'second-factor.disabled', target: accountId } },
    async (tx) => {
      const { required } = await readFactorState(tx, accountId);
      if (required)
        throw new ProblemError('conflict', {
          detail: 'This subscription asks everybody for a second factor.',
        });
      if (!(await deleteFactor(tx, accountId))) throw new ProblemError('not-found');
      await jobs.enqueue(tx, call, 'mail.send-notice', { accountId, notice: 'second-factor-off' });
      return revokeSessions(tx, accountId, { except: sessionId });
    },
  );
  sessions.forget(ended);
}

/** Removes the factor of somebody who has lost it, ends all their sessions and mails them. Throws `not-found`. */
export async function resetSecondFactor(
  call: Call<'database' | 'jobs'>,
  sessions: Pick<ConsoleSessions, 'forget'>,
  accountId: string,
): Promise<void> {
  const { database, jobs } = call.ports;
  const ended = await database.write(
    call,
    { permission: 'people:write', audit: { action: 'second-factor.reset', target: accountId } },
    async (tx) => {
      const account = await readAccount(tx, accountId);
      if (account === undefined || !(await deleteFactor(tx, accountId))) throw new ProblemError('not-found');
      await jobs.enqueue(tx, call, 'mail.send-notice', { accountId, notice: 'second-factor-reset' });
      return revokeSessions(tx, accountId);
    },
  );
  sessions.forget(ended);
}
