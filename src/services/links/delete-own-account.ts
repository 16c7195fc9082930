import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { deleteAccount, requireNoHold } from '../accounts/account-queries.ts';
import { requireRuler } from '../accounts/manage-people.ts';
import { revokeSessions } from '../sessions/console-session-queries.ts';
import type { ConsoleSessions } from '../sessions/console-sessions.ts';
import { findLink } from './find-link.ts';
import { useLink } from './link-queries.ts';
import { requestLink } from './request-link.ts';

/** Mails a link that deletes the account. */
export async function requestAccountDeletion(
  call: Call<'database' | 'ids' | 'jobs'>,
  accountId: string,
): Promise<void> {
  await call.ports.database.write(
    call,
    { permission: 'account:self', audit: { action: 'account.deletion-asked', target: accountId } },
    async (tx) => {
      await requestLink(tx, call, { accountId, kind: 'delete-account' });
    },
  );
}

/**
 * Deletes the account and all that belongs to it: sessions, second factor, links. Throws `link-not-usable`,
 * `last-admin`, and `subscription-held` under a legal hold.
 */
export async function confirmAccountDeletion(
  call: Call<'database'>,
  sessions: Pick<ConsoleSessions, 'forget'>,
  token: string,
): Promise<void> {
  const link = await findLink(call, token, 'delete-account');
  const { accountId } = link;
  const ended = await link.call.ports.database.write(
    link.call,
    { permission: 'none', audit: { action: 'account.deleted', target: accountId } },
    async (tx) => {
      await requireRuler(tx, accountId, true);
      await requireNoHold(tx);
      if ((await useLink(tx, link.tokenHash, 'delete-account')) === undefined)
        throw new ProblemError('link-not-usable');
      const revoked = await revokeSessions(tx, accountId);
      await deleteAccount(tx, accountId);
      return revoked;
    },
  );
  sessions.forget(ended);
}
