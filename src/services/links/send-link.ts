import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { emailBinding } from '../accounts/email-address.ts';
import { readRecipient } from './account-link-queries.ts';
import { openEmailChange } from './link-payload.ts';
import { noteMailed, readLink, setLinkToken, type LinkRow } from './link-queries.ts';
import { hashToken, makeLinkToken } from './link-token.ts';
import { linkMail } from './mail-texts.ts';

export type MailCall = Call<'database' | 'secretBox' | 'mailer' | 'logger'>;

/** The link was used, replaced, or mailed too often. */
class NothingToSend extends Error {}

/**
 * Makes the token of an open link, keeps its hash and mails it. The token is in no queue: a second try makes another,
 * and the one before stops working. Throws `mail-unavailable`.
 */
export async function sendLink(call: MailCall, linkId: string, publicUrl: string): Promise<void> {
  const { database, mailer } = call.ports;
  const link = await database.read(call, (tx) => readLink(tx, linkId));
  const recipient =
    link === undefined ? undefined : await database.read(call, (tx) => readRecipient(tx, link.accountId));
  if (link === undefined || recipient === undefined || recipient.status === 'disabled') return;
  const to = await addressOf(call, link, recipient.email);
  const token = makeLinkToken();
  if (!(await keepHash(call, link, hashToken(token)))) return;
  const address = `${publicUrl.replace(/\/$/, '')}/console#${link.kind}=${token}`;
  const { language, subscriptionName } = recipient;
  await mailer.send({ to, ...linkMail(link.kind, language, { address, subscriptionName }) }, call.signal);
  await database.write(
    call,
    { permission: 'system', audit: { action: 'link.mailed', target: linkId, facts: { kind: link.kind } } },
    (tx) => noteMailed(tx, linkId),
  );
}

async function keepHash(call: MailCall, link: LinkRow, tokenHash: string): Promise<boolean> {
  try {
    await call.ports.database.write(
      call,
      {
        permission: 'system',
        audit: { action: 'link.token-made', target: link.id, facts: { kind: link.kind } },
      },
      async (tx) => {
        if (!(await setLinkToken(tx, link.id, tokenHash))) throw new NothingToSend();
      },
    );
    return true;
  } catch (error) {
    if (!(error instanceof NothingToSend)) throw error;
    call.ports.logger.info('mail.not-sent', { subscriptionId: call.subscriptionId, code: 'link-over' });
    return false;
  }
}

/** A change of address is confirmed where it leads to, everything else where the account is. */
async function addressOf(call: MailCall, link: LinkRow, sealedEmail: string): Promise<string> {
  const { subscriptionId } = call;
  const { secretBox } = call.ports;
  if (link.kind !== 'change-email')
    return secretBox.open(sealedEmail, emailBinding(subscriptionId, link.accountId));
  if (link.payload === null) throw new ProblemError('link-not-usable');
  return (await openEmailChange(secretBox, { subscriptionId, linkId: link.id }, link.payload)).to;
}
