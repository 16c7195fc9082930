import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Secret } from '../../kernel/secret.ts';
import { RootKeyError } from '../../ports/key-encryption.ts';

const keyBytes = 32;
// Of 32 random bytes, about 30 differ; fewer than 20 do once in 10^13 keys.
const leastDifferentBytes = 20;

/** A root key and the name the operator knows it by. */
export interface RootKey {
  readonly secret: Secret;
  /** Sixteen hexadecimal digits of a hash. */
  readonly fingerprint: string;
}

/** Reads a 32-byte root key in base64 from a file. Throws `RootKeyError` when it is missing, weak or readable by others. */
export function readKeyFile(path: string): RootKey {
  if (!existsSync(path))
    throw new RootKeyError(
      `The key file ${path} is missing. Put it back from its copy, or make one: openssl rand -base64 32 > ${path} && chmod 600 ${path}`,
    );
  if ((statSync(path).mode & 0o077) !== 0)
    throw new RootKeyError(`The key file ${path} can be read by others. Run: chmod 600 ${path}`);
  return parseRootKey(readFileSync(path, 'utf8'), `The key file ${path}`);
}

/** Reads the root key, making its file on the first start (mode 0600). */
export function readOrMakeKeyFile(path: string): RootKey {
  if (!existsSync(path)) makeKeyFile(path);
  return readKeyFile(path);
}

function makeKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    // `wx` so that two first starts cannot each make a key.
    writeFileSync(path, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(path, 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** Reads a root key from base64 or base64url. `where` begins the message of the `RootKeyError`. */
export function parseRootKey(text: string, where: string): RootKey {
  // No regular expression: its engine would keep the last text it looked at, and so the key, in memory.
  const plain = text.trim().replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '');
  const decoded = Buffer.from(plain, 'base64');
  const bytes = decoded.toString('base64').replaceAll('=', '') === plain ? decoded : Buffer.alloc(0);
  if (bytes.length !== keyBytes)
    throw new RootKeyError(`${where} does not hold 32 bytes in base64. Make one: openssl rand -base64 32`);
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (new Set(bytes).size < leastDifferentBytes || isText)
    throw new RootKeyError(
      `${where} holds a placeholder or a passphrase, not a random key. Make one: openssl rand -base64 32`,
    );
  const fingerprint = createHash('sha256').update('indesk root key').update(bytes).digest('hex').slice(0, 16);
  return { secret: new Secret(bytes), fingerprint };
}
