import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';
import type { Ports } from '../../ports/ports.ts';

type Needs = Pick<Ports, 'keyValues' | 'secretBox' | 'clock'>;

const windowSeconds = 15 * 60;
// Any fifteen minutes touch at most two windows, so half of what is allowed in them goes into each.
const guessesAnAccount = 5;
const guessesANetwork = 60;
const deviceDays = 90;
const dayMs = 24 * 60 * 60 * 1000;

export interface GuessSource {
  /** Keyed hash of the address the guess is for, whether an account has it or not. */
  readonly emailHash: string;
  /** Where the guess comes from. */
  readonly address: string;
  /** What this browser got at its last sign-in. */
  readonly deviceToken?: string | undefined;
}

/** Gives a guess back that turned out to be the right password. */
export type GiveBack = () => Promise<void>;

/**
 * Counts a guess before it is tried: per account and per network, or per device once that device has signed in to the
 * account before. So a stranger's guesses run out (at most ten in fifteen minutes) while the owner still gets in.
 * Throws `rate-limited`.
 */
export async function takeGuess(ports: Needs, source: GuessSource): Promise<GiveBack> {
  const nowMs = ports.clock.now().getTime();
  const device = knownDevice(ports, source, nowMs);
  const limits =
    device === undefined
      ? [
          { name: `account:${source.emailHash}`, most: guessesAnAccount },
          { name: `network:${networkOf(source.address)}`, most: guessesANetwork },
        ]
      : [{ name: `device:${device}`, most: guessesAnAccount }];
  const window = Math.floor(nowMs / 1000 / windowSeconds);
  const taken = await Promise.all(
    limits.map(async ({ name, most }) => {
      const key = `guesses:${window}:${name}`;
      return { key, over: (await ports.keyValues.increment(key, 1, { ttlSeconds: windowSeconds })) > most };
    }),
  );
  if (taken.some(({ over }) => over))
    throw new ProblemError('rate-limited', {
      detail: 'Too many tries. A device that has signed in before may still try.',
      retryAfterSeconds: Math.max(1, (window + 1) * windowSeconds - Math.floor(nowMs / 1000)),
    });
  return async () => {
    for (const { key } of taken) await ports.keyValues.increment(key, -1, { ttlSeconds: windowSeconds });
  };
}

/** What a browser keeps so that it is known at the next sign-in to this address; worth nothing without the password. */
export function makeDeviceToken(ports: Pick<Needs, 'secretBox' | 'clock'>, emailHash: string): string {
  const nonce = randomBytes(16).toString('base64url');
  const day = String(Math.floor(ports.clock.now().getTime() / dayMs));
  return `${nonce}.${day}.${macOf(ports, emailHash, nonce, day)}`;
}

/** Seconds a device stays known. */
export const deviceTokenSeconds = (deviceDays * dayMs) / 1000;

function knownDevice(
  ports: Needs,
  { emailHash, deviceToken }: GuessSource,
  nowMs: number,
): string | undefined {
  if (deviceToken === undefined || deviceToken.length > 200) return undefined;
  const [nonce = '', day = '', mac = ''] = deviceToken.split('.');
  if (!secretsEqual(mac, macOf(ports, emailHash, nonce, day))) return undefined;
  return nowMs / dayMs - Number(day) > deviceDays ? undefined : nonce;
}

function macOf(
  { secretBox }: Pick<Needs, 'secretBox'>,
  emailHash: string,
  nonce: string,
  day: string,
): string {
  return createHmac('sha256', secretBox.deriveKey('known device'))
    .update(JSON.stringify([emailHash, nonce, day]))
    .digest('base64url');
}

/** The network an address belongs to: /24 of IPv4, /56 of IPv6. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (!isIPv6(mapped)) return mapped.split('.').slice(0, 3).join('.');
  const [head = '', tail = ''] = mapped.toLowerCase().split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = mapped.includes('::')
    ? Array.from({ length: 8 - before.length - after.length }, () => '0')
    : [];
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
  return groups
    .slice(0, 4)
    .map((group, at) => (at === 3 ? group & 0xff00 : group).toString(16))
    .join(':');
}
