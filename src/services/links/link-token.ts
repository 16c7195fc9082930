import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as they stand in a link. */
export function makeLinkToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token: enough randomness stands in it for a plain SHA-256. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}
