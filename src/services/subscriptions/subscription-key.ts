import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const pattern = /^idk_sub_([A-Za-z0-9_-]{43})_([0-9a-f]{8})$/;

/** A key for the settings of the Zendesk app: 256 random bits and a checksum, so that scanners know it and typing errors show. */
export function newSubscriptionKey(): string {
  const secret = randomBytes(32).toString('base64url');
  return `idk_sub_${secret}_${checksum(`idk_sub_${secret}`)}`;
}

/** False for what cannot be a key, without asking the database. */
export function isSubscriptionKey(text: string): boolean {
  const [, secret, given] = pattern.exec(text) ?? [];
  return secret !== undefined && checksum(`idk_sub_${secret}`) === given;
}

/** What is stored of a key: SHA-256 in hex; 256 random bits need no slow hash. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The last four characters of the secret part, to tell keys apart. */
export function keyLastFour(key: string): string {
  return (pattern.exec(key)?.[1] ?? '').slice(-4);
}

/** CRC-32 in eight hex digits: finds typing errors, protects nothing. */
export function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
