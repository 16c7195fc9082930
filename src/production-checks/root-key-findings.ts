const keyBytes = 32;
// Bounds that a random key misses less than once in a million million; a typed or copied one seldom meets them all.
const fewestDistinctBytes = 18;
const fewestDistinctSteps = 17;
const mostBitsOffBalance = 58;
const placeholderWords =
  /change.?me|placeholder|example|replace|your.?key|password|insecure|default|secretkey/i;

/** Why a root key, written as base64 or base64url, must not guard secrets; undefined when nothing speaks against it. Never repeats the key. */
export function rootKeyFinding(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return 'is empty';
  if (placeholderWords.test(trimmed)) return 'is a placeholder';
  const key = Buffer.from(trimmed, 'base64');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed) || key.length !== keyBytes)
    return `does not hold ${keyBytes} bytes in base64`;
  if (key.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'is written text and not random bytes';
  return isTooRegular(key) ? 'is too regular to be random' : undefined;
}

function isTooRegular(key: Buffer): boolean {
  const steps = key.subarray(1).map((byte, index) => byte - (key[index] ?? 0));
  let ones = 0;
  for (const byte of key) for (let bit = 0; bit < 8; bit += 1) ones += (byte >> bit) & 1;
  return (
    new Set(key).size < fewestDistinctBytes ||
    new Set(steps).size < fewestDistinctSteps ||
    Math.abs(ones - keyBytes * 4) > mostBitsOffBalance
  );
}
