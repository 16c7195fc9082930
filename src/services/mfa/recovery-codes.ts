import { createHmac, randomBytes } from 'node:crypto';
import type { SecretBox } from '../../ports/secret-box.ts';

const howMany = 10;
const codeBytes = 16;

/** Ten codes of 128 bits, as a person writes them down: eight groups of four. */
export function makeRecoveryCodes(): readonly string[] {
  return Array.from({ length: howMany }, () =>
    (randomBytes(codeBytes).toString('hex').match(/.{4}/g) ?? []).join('-'),
  );
}

/** What is stored of a code: an HMAC under a key of its own, bound to the account. */
export function hashRecoveryCode(
  secretBox: Pick<SecretBox, 'deriveKey'>,
  owner: { readonly subscriptionId: string; readonly accountId: string },
  code: string,
): string {
  return createHmac('sha256', secretBox.deriveKey('recovery codes'))
    .update(JSON.stringify([owner.subscriptionId, owner.accountId, normalise(code)]))
    .digest('hex');
}

/** Whether a text could be a recovery code at all; blanks, dashes and case do not matter. */
export function looksLikeRecoveryCode(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(normalise(text));
}

function normalise(code: string): string {
  return code.replaceAll(/[\s-]/g, '').toLowerCase();
}
