import { randomBytes } from 'node:crypto';
import { fromBase32 } from '../../src/services/mfa/base32.ts';

/** A marked value for each way something secret comes in; its channel stands in the finding when one is found where it must not be. */
export interface Canary {
  readonly channel: string;
  readonly value: string;
  /** The bytes a text stands for, where it is itself an encoding: those may have been kept instead. */
  readonly bytes?: Buffer;
}

export const makeCanary = (channel: string): Canary => ({
  channel,
  value: `CNRY${randomBytes(16).toString('hex')}`,
});

/** The marked values of one run: content and secrets of our own making, and secrets the server made. */
export class Canaries {
  readonly #all: Canary[] = [];

  /** All so far. */
  get all(): readonly Canary[] {
    return this.#all;
  }

  get channels(): ReadonlySet<string> {
    return new Set(this.#all.map(({ channel }) => channel));
  }

  /** A new marked value to put in. */
  plant(channel: string): string {
    const canary = makeCanary(channel);
    this.#all.push(canary);
    return canary.value;
  }

  /** Marks a secret that came out: what of it is random, without prefixes, ids and checksums that may be shown. */
  mark(channel: string, secret: string): void {
    const value = randomPart(secret);
    if (value.length < leastSecret) throw new Error(`${channel}: too short to be searched for`);
    if (this.#all.some((known) => known.value === value)) return;
    const bytes = bytesOf(value);
    this.#all.push({ channel, value, ...(bytes !== undefined && { bytes }) });
  }

  value(channel: string): string {
    return this.#all.find((canary) => canary.channel === channel)?.value ?? '';
  }
}

const leastSecret = 16;

/** The random part of one of our keys, or the signature of a token whose claims are ids. */
function randomPart(secret: string): string {
  const ofKey = /^idk_(?:sub|(?:live|dev)_[a-z0-9]{10})_([A-Za-z0-9_-]{43})_[0-9a-f]{8}$/.exec(secret)?.[1];
  return ofKey ?? secret.slice(secret.lastIndexOf('.') + 1);
}

function bytesOf(value: string): Buffer | undefined {
  const plain = value.replaceAll('-', '');
  if (/^(?:[0-9a-f]{2}){16,}$/.test(plain)) return Buffer.from(plain, 'hex');
  if (/^[A-Z2-7]{32}$/.test(value)) return fromBase32(value);
  return /^[A-Za-z0-9_-]{43,}$/.test(value) ? Buffer.from(value, 'base64url') : undefined;
}

/** Base64 as it looks in the middle of a longer one, for each of the three alignments, in both alphabets. */
function base64Forms(bytes: Buffer): string[] {
  const plain = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return encoded.slice(offset === 0 ? 0 : offset + 1, Math.floor(((bytes.length + offset) * 4) / 3) - 2);
  });
  return [...plain, ...plain.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

const cutAt = 16;
const hexDigits = /^CNRY([0-9a-f]{12})/;

/** Every form in which a canary may have been kept: as it is, in other cases, escaped, encoded, or cut short. */
export function formsOf({ value, bytes }: Canary): Buffer[] {
  const text = Buffer.from(value);
  const escape = (prefix: string, digits: number): string =>
    [...text].map((byte) => prefix + byte.toString(16).padStart(digits, '0')).join('');
  const texts = [
    value,
    value.toLowerCase(),
    value.toUpperCase(),
    value.replaceAll('-', ''),
    escape('%', 2),
    escape('%', 2).toUpperCase(),
    escape(String.raw`\u`, 4),
    ...[text, ...(bytes === undefined ? [] : [bytes])].flatMap((form) => [
      ...base64Forms(form),
      form.toString('hex'),
      form.toString('hex').toUpperCase(),
    ]),
    value.slice(0, cutAt),
    value.slice(-cutAt),
    hexDigits.exec(value)?.[1] ?? value,
  ];
  const utf16 = Buffer.from(value, 'utf16le');
  return [
    ...[...new Set(texts)].map((form) => Buffer.from(form)),
    utf16,
    Buffer.from(utf16).swap16(),
    ...(bytes === undefined ? [] : [bytes]),
  ];
}
