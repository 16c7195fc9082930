import { hkdfSync } from 'node:crypto';
import { SecretBoxError, type SealBinding, type SealScope } from '../../ports/secret-box.ts';
import {
  decrypt,
  encrypt,
  exactBase64Url,
  lengthPrefixed,
  nonceBytes,
  tagBytes,
  uuidBytes,
  uuidText,
} from './cipher.ts';

const version = 1;
const headBytes = 1 + 16;

/** `0x01 ‖ data key id (16) ‖ nonce (12) ‖ text ‖ tag (16)` in base64url. */
export function sealValue(
  key: Buffer,
  dataKeyId: string,
  text: string,
  binding: SealBinding,
  scope?: SealScope,
): string {
  const associated = associatedData(dataKeyId, binding);
  const sealed = withScope(key, scope, (own) => encrypt(own, Buffer.from(text, 'utf8'), associated));
  return Buffer.concat([Buffer.from([version]), uuidBytes(dataKeyId), sealed]).toString('base64url');
}

/** The data key a sealed value names, and its bytes. Throws `SecretBoxError` when it is no sealed value. */
export function readSealedValue(sealed: string): { readonly dataKeyId: string; readonly bytes: Buffer } {
  const bytes = exactBase64Url(sealed);
  if (bytes === undefined || bytes[0] !== version || bytes.length < headBytes + nonceBytes + tagBytes)
    throw new SecretBoxError();
  return { dataKeyId: uuidText(bytes.subarray(1, headBytes)), bytes: bytes.subarray(headBytes) };
}

/** Throws `SecretBoxError`. */
export function openValue(
  key: Buffer,
  { dataKeyId, bytes }: ReturnType<typeof readSealedValue>,
  binding: SealBinding,
  scope?: SealScope,
): string {
  const associated = associatedData(dataKeyId, binding);
  const plain = withScope(key, scope, (own) => decrypt(own, bytes, associated));
  if (plain === undefined) throw new SecretBoxError();
  const text = plain.toString('utf8');
  plain.fill(0);
  return text;
}

function associatedData(dataKeyId: string, { subscriptionId, table, column, row }: SealBinding): Buffer {
  return lengthPrefixed([
    'indesk',
    Buffer.from([version]),
    subscriptionId,
    table,
    column,
    row,
    uuidBytes(dataKeyId),
  ]);
}

function withScope<T>(key: Buffer, scope: SealScope | undefined, work: (key: Buffer) => T): T {
  if (scope === undefined) return work(key);
  const own = deriveBytes(key, scope.salt, `indesk seal ${scope.purpose}`);
  try {
    return work(own);
  } finally {
    own.fill(0);
  }
}

/** HKDF-SHA-256; 32 bytes. */
export function deriveBytes(key: Buffer, salt: string, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, 32));
}
