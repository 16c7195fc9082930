import { argon2, randomBytes } from 'node:crypto';
import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';

// OWASP's least for Argon2id: 19 MiB, two passes, one lane.
const present = { memory: 19 * 1024, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const hashBytes = 32;
const mostAtOnce = 2;
const mostWaiting = 64;
const phcPattern = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/-]+)\$([\w+/-]+)$/;

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number };

// Node has one pool of threads a process, so the limit is one a process too.
let running = 0;
const waiting: (() => void)[] = [];

/** Runs at most two at once and lets 64 wait: each takes 19 MiB and a thread. Throws `rate-limited`. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= mostAtOnce) {
    if (waiting.length >= mostWaiting) throw new ProblemError('rate-limited', { retryAfterSeconds: 2 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    // The place goes to whoever waits longest instead of becoming free in between.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

function derive(password: string, salt: Buffer, cost: Cost, length: number): Promise<Buffer> {
  const message = Buffer.from(password.normalize('NFKC'), 'utf8');
  return inTurn(
    () =>
      new Promise((resolve, reject) => {
        argon2('argon2id', { message, nonce: salt, tagLength: length, ...cost }, (error, hash) => {
          message.fill(0);
          if (error === null) resolve(hash);
          else reject(error);
        });
      }),
  );
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** Argon2id of a password (NFKC) in PHC form. Throws `rate-limited` when too many wait. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, present, hashBytes);
  const { memory, passes, parallelism } = present;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
}

// Of no password anyone has: what stands in for accounts that do not exist must cost the same to check.
const nobody = `$argon2id$v=19$m=${present.memory},t=${present.passes},p=${present.parallelism}$${base64(randomBytes(saltBytes))}$${base64(randomBytes(hashBytes))}`;

/** Whether a password is the one behind a hash; without a hash the same work is done and the answer is no. */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', hash = ''] = phcPattern.exec(stored ?? nobody) ?? [];
  if (memory === undefined) throw new Error('A stored password hash cannot be read');
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const actual = await derive(
    password,
    Buffer.from(salt, 'base64'),
    cost,
    Buffer.from(hash, 'base64').length,
  );
  const fits = secretsEqual(base64(actual), hash);
  return fits && stored !== null && stored !== undefined;
}

/** Whether a hash was made with other costs than today's, so that the next sign-in makes it anew. */
export function isOutdatedHash(stored: string): boolean {
  const { memory, passes, parallelism } = present;
  return !stored.startsWith(`$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`);
}
