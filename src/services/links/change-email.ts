import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { emailBinding, emailHash, normaliseEmail } from '../accounts/email-address.ts';
import { readRecipient, updateEmail } from './account-link-queries.ts';
import { findLink } from './find-link.ts';
import { openEmailChange, sealEmailChange } from './link-payload.ts';
import { closeLinks, openLink, openLinkId, readLink, setLinkPayload, useLink } from './link-queries.ts';

type ChangeCall = Call<'database' | 'secretBox' | 'jobs' | 'ids'>;

/** Mails a link to the new address and a notice to the present one. Says nothing of who else has the new address. */
export async function requestEmailChange(call: ChangeCall, accountId: string, email: string): Promise<void> {
  const { subscriptionId } = call;
  const { database, secretBox, jobs, ids } = call.ports;
  const to = normaliseEmail(email);
  const { recipient, openId } = await database.read(call, async (tx) => ({
    recipient: await readRecipient(tx, accountId),
    openId: await openLinkId(tx, accountId, 'change-email'),
  }));
  if (recipient === undefined) throw new ProblemError('not-found');
  const from = await secretBox.open(recipient.email, emailBinding(subscriptionId, accountId));
  const linkId = openId ?? ids.next();
  const payload = await sealEmailChange(secretBox, { subscriptionId, linkId }, { from, to });
  await database.write(
    call,
    { permission: 'account:self', audit: { action: 'email.change-asked', target: accountId } },
    async (tx) => {
      // The payload is bound to the link's id: it must be the row that was seen.
      const opened = await openLink(tx, { subscriptionId, id: linkId, accountId, kind: 'change-email' });
      if (opened !== linkId) throw new ProblemError('conflict');
      await setLinkPayload(tx, linkId, payload);
      await jobs.enqueue(tx, call, 'mail.send-link', { linkId });
      await jobs.enqueue(tx, call, 'mail.send-notice', { accountId, notice: 'email-change-asked' });
    },
  );
}

/** Makes the new address the account's and tells the old one. Throws `link-not-usable`, or `conflict` when it is taken. */
export async function confirmEmailChange(call: ChangeCall, token: string): Promise<void> {
  const link = await findLink(call, token, 'change-email');
  const { subscriptionId } = link.call;
  const { database, secretBox, jobs } = link.call.ports;
  const { accountId } = link;
  const stored = await database.read(link.call, (tx) => readLink(tx, link.id));
  if (stored === undefined || stored.payload === null) throw new ProblemError('link-not-usable');
  const { to } = await openEmailChange(secretBox, { subscriptionId, linkId: link.id }, stored.payload);
  const email = await secretBox.seal(to, emailBinding(subscriptionId, accountId));
  await database.write(
    link.call,
    { permission: 'none', audit: { action: 'email.changed', target: accountId } },
    async (tx) => {
      if ((await useLink(tx, link.tokenHash, 'change-email')) === undefined)
        throw new ProblemError('link-not-usable');
      if (!(await updateEmail(tx, accountId, { email, emailHash: emailHash(secretBox, to) })))
        throw new ProblemError('conflict', { detail: 'This address has an account here already.' });
      // What was mailed to the old address is not for its reader any more.
      await closeLinks(tx, accountId, ['reset', 'delete-account']);
      await jobs.enqueue(tx, link.call, 'mail.tell-old-address', { linkId: link.id });
    },
  );
}
