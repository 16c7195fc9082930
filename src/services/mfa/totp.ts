import { createHmac, randomBytes } from 'node:crypto';
import { secretsEqual } from '../../kernel/secrets-equal.ts';

const stepSeconds = 30;
const secretBytes = 20;
/** Steps before and after the present one whose code is taken, for clocks that differ and people who type. */
const window = 1;

/** A fresh secret of 160 bits. */
export function makeTotpSecret(): Buffer {
  return randomBytes(secretBytes);
}

/** The time step of a moment. */
export function counterAt(milliseconds: number): number {
  return Math.floor(milliseconds / 1000 / stepSeconds);
}

/** The code of a time step: HOTP (RFC 4226) with SHA-1, as RFC 6238 uses it. */
export function totpCode(secret: Uint8Array, counter: number, digits = 6): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac('sha1', secret).update(message).digest();
  const offset = digest.readUInt8(digest.length - 1) & 15;
  const number = (digest.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits;
  return String(number).padStart(digits, '0');
}

/** The time step a code belongs to, among those allowed now and newer than the last one taken; undefined when it fits none. */
export function matchingCounter(
  secret: Uint8Array,
  code: string,
  { nowMs, lastAccepted }: { readonly nowMs: number; readonly lastAccepted: number },
): number | undefined {
  const present = counterAt(nowMs);
  let matching: number | undefined;
  // Every step is tried each time: how long it takes does not tell which one fitted.
  for (let counter = present - window; counter <= present + window; counter += 1) {
    const fits = secretsEqual(totpCode(secret, counter), code);
    if (fits && counter > lastAccepted) matching ??= counter;
  }
  return matching;
}

/** The address an authenticator app takes a secret from, usually as a QR code. */
export function otpauthUrl(input: {
  readonly issuer: string;
  readonly account: string;
  /** Base32. */
  readonly secret: string;
}): string {
  const label = `${encodeURIComponent(input.issuer)}:${encodeURIComponent(input.account)}`;
  const issuer = encodeURIComponent(input.issuer);
  return `otpauth://totp/${label}?secret=${input.secret}&issuer=${issuer}&algorithm=SHA1&digits=6&period=${stepSeconds}`;
}
