import type { NoticeKind } from '../../contract/links.ts';
import { emailBinding } from '../accounts/email-address.ts';
import { readRecipient } from './account-link-queries.ts';
import { openEmailChange } from './link-payload.ts';
import { readLink } from './link-queries.ts';
import { noticeMail } from './mail-texts.ts';
import type { MailCall } from './send-link.ts';

/** Tells an account what has happened to it. Throws `mail-unavailable`. */
export async function sendNotice(call: MailCall, accountId: string, kind: NoticeKind): Promise<void> {
  const { subscriptionId } = call;
  const { database, secretBox, mailer } = call.ports;
  const recipient = await database.read(call, (tx) => readRecipient(tx, accountId));
  if (recipient === undefined) return;
  const to = await secretBox.open(recipient.email, emailBinding(subscriptionId, accountId));
  await mailer.send({ to, ...noticeMail(kind, recipient.language, recipient.subscriptionName) }, call.signal);
}

/** Tells the address an account had that it has another now. Throws `mail-unavailable`. */
export async function tellOldAddress(call: MailCall, linkId: string): Promise<void> {
  const { subscriptionId } = call;
  const { database, secretBox, mailer } = call.ports;
  const link = await database.read(call, (tx) => readLink(tx, linkId));
  const recipient =
    link === undefined ? undefined : await database.read(call, (tx) => readRecipient(tx, link.accountId));
  if (link === undefined || link.payload === null || recipient === undefined) return;
  const { from } = await openEmailChange(secretBox, { subscriptionId, linkId }, link.payload);
  const mail = noticeMail('email-changed', recipient.language, recipient.subscriptionName);
  await mailer.send({ to: from, ...mail }, call.signal);
}
