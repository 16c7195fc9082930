import { createPublicKey } from 'node:crypto';
import type { HelpDeskCall } from '../../ports/help-desk.ts';
import { idPath } from './ids.ts';
import { unreadableAnswer } from './problems.ts';
import type { ZendeskRequests } from './request.ts';

/** The public key of an installed app as PEM; `not-found` when the account has no such app. */
export async function fetchAppPublicKey(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  appId: number,
): Promise<string> {
  const path = `apps/${idPath(appId, 'not-found')}/public_key.pem`;
  const pem = (await requests.text(call, { operation: 'app-key', path, missing: 'not-found' })).trim();
  if (!pem.startsWith('-----BEGIN PUBLIC KEY-----') || !isRsaKey(pem)) throw unreadableAnswer();
  return `${pem}\n`;
}

function isRsaKey(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
