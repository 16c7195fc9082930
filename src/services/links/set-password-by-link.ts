import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { lockAccount, readAccount, updatePassword } from '../accounts/account-queries.ts';
import { preparePassword, storePassword } from '../accounts/change-password.ts';
import { emailBinding } from '../accounts/email-address.ts';
import { secondFactors } from '../mfa/second-factors.ts';
import type { ConsoleSessions } from '../sessions/console-sessions.ts';
import { findLink, type FoundLink } from './find-link.ts';
import { closeLinks, useLink } from './link-queries.ts';

type PasswordCall = Call<'database' | 'secretBox' | 'jobs'>;

/** Takes an invitation up: the account becomes active with this password. Throws `link-not-usable` or `invalid-request`. */
export async function acceptInvitation(call: PasswordCall, token: string, password: string): Promise<void> {
  const link = await findLink(call, token, 'invite');
  const passwordHash = await hashChecked(link, password);
  await link.call.ports.database.write(
    link.call,
    { permission: 'none', audit: { action: 'invitation.accepted', target: link.accountId } },
    async (tx) => {
      const account = await lockAccount(tx, link.accountId);
      const used = await useLink(tx, link.tokenHash, 'invite');
      const isOpen = used !== undefined && account?.status === 'invited';
      if (!isOpen || !(await updatePassword(tx, link.accountId, passwordHash)))
        throw new ProblemError('link-not-usable');
      await closeLinks(tx, link.accountId, ['reset']);
    },
  );
}

/**
 * Sets a new password, ends every session and tells the person by mail. It signs nobody in, and the second factor
 * stays. Throws `link-not-usable` or `invalid-request`.
 */
export async function resetPassword(
  call: PasswordCall,
  sessions: Pick<ConsoleSessions, 'forget'>,
  token: string,
  password: string,
): Promise<void> {
  const link = await findLink(call, token, 'reset');
  const passwordHash = await hashChecked(link, password);
  const { database, jobs } = link.call.ports;
  const ended = await database.write(
    link.call,
    { permission: 'none', audit: { action: 'password.reset', target: link.accountId } },
    async (tx) => {
      if ((await useLink(tx, link.tokenHash, 'reset')) === undefined)
        throw new ProblemError('link-not-usable');
      // Whoever had the account until now may have asked for more than a password.
      await closeLinks(tx, link.accountId, ['invite', 'change-email', 'delete-account']);
      await jobs.enqueue(tx, link.call, 'mail.send-notice', {
        accountId: link.accountId,
        notice: 'password-reset',
      });
      return storePassword(tx, link.accountId, passwordHash);
    },
  );
  sessions.forget(ended);
}

/** Checks and hashes before the link is used up, so that a password refused costs nothing but another try. */
async function hashChecked(
  { call, accountId }: FoundLink<'database' | 'secretBox'>,
  password: string,
): Promise<string> {
  const { database, secretBox } = call.ports;
  const account = await database.read(call, (tx) => readAccount(tx, accountId));
  if (account === undefined || account.status === 'disabled') throw new ProblemError('link-not-usable');
  const email = await secretBox.open(account.email, emailBinding(call.subscriptionId, accountId));
  return preparePassword(call, secondFactors, email, password);
}
