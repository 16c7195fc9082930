import { Refused } from './refused.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const western = new TextDecoder('windows-1252');

/** Text of bytes in UTF-8, UTF-16 or windows-1252, or in the encoding that the file itself names; refuses what only could be guessed. */
export function decodeText(bytes: Buffer, named?: string): string {
  return plainText(decode(bytes, named));
}

function decode(bytes: Buffer, named: string | undefined): string {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) return decodeAs(wide, bytes) ?? refuse();
  if (bytes.includes(0)) throw new Refused('wrong-format');
  try {
    return utf8.decode(bytes);
  } catch {
    return decodeAs(named, bytes) ?? decodeWestern(bytes);
  }
}

/** UTF-16 by its mark, or by every other byte of Western text being empty. */
function wideEncoding(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const sample = bytes.subarray(0, 4_096);
  if (sample.length < 4 || bytes.length % 2 !== 0) return undefined;
  const empty = [0, 0];
  sample.forEach((byte, at) => {
    if (byte === 0) empty[at % 2] = (empty[at % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = empty;
  if (odd * 2 > sample.length * 0.7 && even === 0) return 'utf-16le';
  return even * 2 > sample.length * 0.7 && odd === 0 ? 'utf-16be' : undefined;
}

function decodeAs(encoding: string | undefined, bytes: Buffer): string | undefined {
  if (encoding === undefined) return undefined;
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** In a Western text letters with marks are rare: where they are not, it is another encoding, and reading it would give nonsense. */
function decodeWestern(bytes: Buffer): string {
  let high = 0;
  let letters = 0;
  for (const byte of bytes) {
    if (byte >= 0x80) high += 1;
    if (byte > 0x20) letters += 1;
  }
  if (high * 5 > letters * 2) refuse();
  return western.decode(bytes);
}

function refuse(): never {
  throw new Refused('unknown-encoding');
}

/** Line breaks of every kind as one; refuses bytes that no text has. */
function plainText(text: string): string {
  if (/[\0-\x06\x0E-\x1A\x7F]/.test(text)) throw new Refused('wrong-format');
  return text.replace(/^\uFEFF/, '').replace(/\r\n?|\u2028|\u2029/g, '\n');
}
