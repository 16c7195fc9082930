import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { SealBinding, SecretBox } from '../../ports/secret-box.ts';

const Address = z.email().max(254);

/** An address as it is stored and compared: NFKC, lower case, no blanks around. Throws `invalid-request`. */
export function normaliseEmail(text: string): string {
  const parsed = Address.safeParse(text.normalize('NFKC').trim().toLowerCase());
  if (!parsed.success) throw new ProblemError('invalid-request', { detail: 'email: not an e-mail address' });
  return parsed.data;
}

/** What an address is found by: HMAC-SHA-256 in hex under a key of its own. */
export function emailHash(secretBox: Pick<SecretBox, 'deriveKey'>, normalised: string): string {
  return createHmac('sha256', secretBox.deriveKey('e-mail blind index')).update(normalised).digest('hex');
}

/** What a stored address is bound to. */
export function emailBinding(subscriptionId: string, accountId: string): SealBinding {
  return { subscriptionId, table: 'account', column: 'email', row: accountId };
}

/** An address as people lists show it: `m…@example.com`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}…${email.slice(at)}`;
}
