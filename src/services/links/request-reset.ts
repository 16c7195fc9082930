import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Call } from '../../ports/call.ts';
import { emailHash, normaliseEmail } from '../accounts/email-address.ts';
import { openLink } from './link-queries.ts';
import { sendLink, type MailCall } from './send-link.ts';

// The work for a known address begins when the answer has long left, so that it slows no answer down.
const delaySeconds = 1;

/**
 * Notes that somebody asked for a link for an address. Nothing is looked up here: known and unknown addresses cost the
 * same and are answered the same, and a job finds out.
 */
export async function requestReset(
  call: Call<'database' | 'secretBox' | 'jobs'>,
  email: string,
): Promise<void> {
  const { database, secretBox, jobs } = call.ports;
  const emailIndex = emailHash(secretBox, normaliseEmail(email));
  const platform = { ...call, subscriptionId: platformSubscriptionId };
  await database.write(platform, { permission: 'none', audit: { action: 'auth.link-asked' } }, (tx) =>
    jobs.enqueue(
      tx,
      platform,
      'mail.answer-request',
      { emailIndex },
      { dedupeKey: emailIndex, delaySeconds },
    ),
  );
}

/** Mails each account of the address its link: the invitation again where it waits, else one for a new password. */
export async function answerRequest(
  call: MailCall & Call<'ids'>,
  emailIndex: string,
  publicUrl: string,
): Promise<void> {
  const { database, ids } = call.ports;
  const accounts = await database.lookup((lookups) => lookups.accountsByEmail(emailIndex));
  for (const { subscriptionId, accountId, status } of accounts) {
    if (status === 'disabled') continue;
    const kind = status === 'invited' ? 'invite' : 'reset';
    const own = { ...call, subscriptionId };
    const linkId = await database.write(
      own,
      { permission: 'system', audit: { action: 'link.opened', target: accountId, facts: { kind } } },
      (tx) => openLink(tx, { subscriptionId, id: ids.next(), accountId, kind }),
    );
    await sendLink(own, linkId, publicUrl);
  }
}
