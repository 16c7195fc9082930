import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SecretBox } from '../../ports/secret-box.ts';
import { readSubscriptionRow } from './subscription-queries.ts';

export const ContactEmail = z.email().max(254);

const binding = (subscriptionId: string) => ({
  subscriptionId,
  table: 'subscription',
  column: 'contact_email',
  row: subscriptionId,
});

/** The keyed hash an address is found by, whatever the case it was written in. */
export function contactIndex(secretBox: SecretBox, email: string): string {
  const key = secretBox.deriveKey('subscription contact index');
  return createHmac('sha256', key).update(email.trim().toLowerCase()).digest('hex');
}

/** The two columns of a contact address; both null without one. */
export async function contactColumns(
  secretBox: SecretBox,
  subscriptionId: string,
  email: string | null,
): Promise<{ readonly contact_email: string | null; readonly contact_email_index: string | null }> {
  if (email === null) return { contact_email: null, contact_email_index: null };
  return {
    contact_email: await secretBox.seal(email, binding(subscriptionId)),
    contact_email_index: contactIndex(secretBox, email),
  };
}

/** Opens a stored address. */
export function openContact(secretBox: SecretBox, subscriptionId: string, sealed: string): Promise<string> {
  return secretBox.open(sealed, binding(subscriptionId));
}

/** The first letter and the domain: enough to recognise an address one knows. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}•••${email.slice(at)}`;
}

/** Shows the whole address, and writes down who looked. */
export async function showContact(call: Call<'database' | 'secretBox'>): Promise<string | null> {
  const sealed = await call.ports.database.write(
    call,
    { permission: 'subscriptions:read', audit: { action: 'subscription.contact-shown' } },
    async (tx) => {
      const row = await readSubscriptionRow(tx);
      if (row === undefined) throw new ProblemError('not-found');
      return row.contact_email;
    },
  );
  return sealed === null ? null : openContact(call.ports.secretBox, call.subscriptionId, sealed);
}
