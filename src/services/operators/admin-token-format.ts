import { createHash, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type TokenEnvironment = 'live' | 'dev';

const pattern = /^(idk_(?:live|dev)_([a-z0-9]{10})_[A-Za-z0-9_-]{43})_([0-9a-f]{8})$/;
const idCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** `idk_<environment>_<id>_<256 random bits>_<checksum>`: scanners know it by its prefix and prove it by its checksum. */
export function newAdminToken(environment: TokenEnvironment): {
  readonly id: string;
  readonly token: string;
} {
  const id = Array.from({ length: 10 }, () => idCharacters[randomInt(idCharacters.length)]).join('');
  const body = `idk_${environment}_${id}_${randomBytes(32).toString('base64url')}`;
  return { id, token: `${body}_${checksum(body)}` };
}

/** The id a token names; undefined for what cannot be a token, without asking the database. */
export function tokenId(token: string): string | undefined {
  if (token.length > 80) return undefined;
  const [, body, id, given] = pattern.exec(token) ?? [];
  return body !== undefined && checksum(body) === given ? id : undefined;
}

/** What is stored of a token: SHA-256 in hex; 256 random bits need no slow hash. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
