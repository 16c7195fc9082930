import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { insertPrepared, prepareAccount } from '../accounts/create-account.ts';
import { readRecipient, setLanguage } from './account-link-queries.ts';
import { requestLink } from './request-link.ts';

export const Invitation = z.object({
  email: z.email().max(254),
  role: z.enum(['member', 'admin']).default('admin'),
  language: z.enum(['en', 'de']).default('en'),
});
export type Invitation = z.output<typeof Invitation>;

/** Makes an account in state `invited` and mails its link. Throws `conflict` when the address has an account here. */
export async function invitePerson(
  call: Call<'database' | 'secretBox' | 'ids' | 'jobs'>,
  { email, role, language }: Invitation,
): Promise<void> {
  const account = await prepareAccount(call, { email, role });
  await call.ports.database.write(
    call,
    {
      permission: 'people:write',
      audit: { action: 'invitation.created', target: account.id, facts: { role } },
    },
    async (tx) => {
      await insertPrepared(tx, account);
      await setLanguage(tx, account.id, language);
      await requestLink(tx, call, { accountId: account.id, kind: 'invite' });
    },
  );
}

/** Mails an invitation again. Throws `not-found`, and `conflict` when it was accepted. */
export async function resendInvitation(
  call: Call<'database' | 'ids' | 'jobs'>,
  accountId: string,
): Promise<void> {
  await call.ports.database.write(
    call,
    { permission: 'people:write', audit: { action: 'invitation.resent', target: accountId } },
    async (tx) => {
      const recipient = await readRecipient(tx, accountId);
      if (recipient === undefined) throw new ProblemError('not-found');
      if (recipient.status !== 'invited')
        throw new ProblemError('conflict', { detail: 'The invitation has been accepted.' });
      await requestLink(tx, call, { accountId, kind: 'invite' });
    },
  );
}
