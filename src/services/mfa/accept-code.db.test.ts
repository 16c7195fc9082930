import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutbox } from '../../adapters/outbox/outbox.ts';
import { openPglite } from '../../adapters/pglite/open-pglite.ts';
import { systemClock, uuidIds } from '../../adapters/system/clock.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { JobContext } from '../../ports/job-queue.ts';
import type { Logger } from '../../ports/logger.ts';
import type { SecretBox } from '../../ports/secret-box.ts';
import { newSubscription, testDecision, type TestCall } from '../../../test/support/calls.ts';
import { engines } from '../../../test/support/database.ts';
import { newRootKey, openTestSecrets } from '../../../test/support/secrets.ts';
import { createAccount } from '../accounts/create-account.ts';
import { acceptCode, pendingBinding, secretBinding } from './accept-code.ts';
import { toBase32 } from './base32.ts';
import {
  confirmPendingSecret,
  failuresInARow,
  insertChallenge,
  readFactorState,
  replaceRecoveryCodes,
  upsertPendingSecret,
} from './mfa-queries.ts';
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.ts';
import { counterAt, makeTotpSecret, totpCode } from './totp.ts';

const parallel = 50;
// No job runs here.
const noPorts = {} as JobContext['ports'];
const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} };

type FactorCall = Call<'database' | 'secretBox' | 'clock' | 'ids' | 'jobs'>;

/** Makes an account with a working second factor and returns its id. */
async function withFactor(call: FactorCall, secret: Buffer, codes: readonly string[]): Promise<string> {
  const { subscriptionId } = call;
  const { database, secretBox } = call.ports;
  const { id: accountId } = await createAccount(call, { email: 'ada@example.org', role: 'admin' });
  const sealed = await secretBox.seal(toBase32(secret), secretBinding(subscriptionId, accountId));
  const pending = await secretBox.seal(toBase32(secret), pendingBinding(subscriptionId, accountId));
  const hashes = codes.map((code) => hashRecoveryCode(secretBox, { subscriptionId, accountId }, code));
  await database.write(call, testDecision, async (tx) => {
    await upsertPendingSecret(tx, { subscriptionId, accountId, secret: pending, minutes: 15 });
    const confirmed = { accountId, pendingSecret: pending, secret: sealed, counter: 0 };
    if (!(await confirmPendingSecret(tx, confirmed))) throw new Error('not confirmed');
    await replaceRecoveryCodes(tx, { subscriptionId, accountId, hashes });
  });
  return accountId;
}

describe('codes on a database that restarts', () => {
  it('S83: are not taken again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'indesk-mfa-'));
    const rootKey = newRootKey();
    const secret = makeTotpSecret();
    const code = totpCode(secret, counterAt(Date.now()));
    let made: { readonly base: TestCall; readonly accountId: string } | undefined;
    const answers: string[] = [];
    for (let start = 0; start < 2; start += 1) {
      const database = await openPglite({ directory, logger: silent });
      const { secretBox } = await openTestSecrets(database, rootKey);
      const jobs = createOutbox({ database, ports: noPorts, clock: systemClock, logger: silent });
      const ports = { database, secretBox, clock: systemClock, ids: uuidIds, jobs };
      const base = made?.base ?? (await newSubscription(database));
      const call = { ...base, signal: new AbortController().signal, ports };
      const accountId = made?.accountId ?? (await withFactor(call, secret, makeRecoveryCodes()));
      made = { base, accountId };
      answers.push(
        await acceptCode(call, { accountId, code, action: 'auth.proven' }, async () => 'taken').catch(
          (error: unknown) => (error instanceof ProblemError ? error.type : 'failed'),
        ),
      );
      await database.close();
    }
    await rm(directory, { recursive: true });
    expect(answers).toEqual(['taken', 'code-refused']);
  });
});

describe.for(engines.filter(({ available }) => available))('codes on $name', ({ open }) => {
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;
  const nowMs = Date.now();
  beforeAll(async () => {
    database = await open();
    ({ secretBox } = await openTestSecrets(database));
  });
  afterAll(() => database?.close());

  const callFor = (base: TestCall): FactorCall => ({
    ...base,
    signal: new AbortController().signal,
    ports: {
      database,
      secretBox,
      clock: { now: () => new Date(nowMs), elapsed: () => nowMs },
      ids: uuidIds,
      jobs: createOutbox({ database, ports: noPorts, clock: systemClock, logger: silent }),
    },
  });

  /** An account with a factor; `at` is the code of a step, counted from the present one. */
  async function enrolled() {
    const call = callFor(await newSubscription(database));
    const secret = makeTotpSecret();
    const codes = makeRecoveryCodes();
    const accountId = await withFactor(call, secret, codes);
    const at = (shift: number): string => totpCode(secret, counterAt(nowMs) + shift);
    return { call, accountId, codes, at, wrong: wrongCode([at(-1), at(0), at(1)]) };
  }

  const tryCode = async (
    call: FactorCall,
    accountId: string,
    code: string,
    challengeId?: string,
  ): Promise<string> => {
    try {
      return await acceptCode(
        call,
        { accountId, code, action: 'auth.proven', ...(challengeId !== undefined && { challengeId }) },
        async (_tx, kind) => kind,
      );
    } catch (error) {
      if (error instanceof ProblemError) return error.type;
      throw error;
    }
  };

  const challengeFor = async (call: FactorCall, accountId: string): Promise<string> => {
    const id = randomUUID();
    await database.write(call, testDecision, (tx) =>
      insertChallenge(tx, {
        subscriptionId: call.subscriptionId,
        id,
        accountId,
        tokenHash: randomBytes(32).toString('hex'),
        seconds: 300,
      }),
    );
    return id;
  };

  const repeat = <T>(times: number, work: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: times }, (_, index) => work(index)));
  const count = (answers: readonly string[], wanted: string): number =>
    answers.filter((answer) => answer === wanted).length;

  it('S83: takes the same code once, one after another', async () => {
    const { call, accountId, at } = await enrolled();
    expect(await tryCode(call, accountId, at(0))).toBe('totp');
    expect(await tryCode(call, accountId, at(0))).toBe('code-refused');
  });

  it('S83: takes the same code once of fifty in parallel', async () => {
    const { call, accountId, at } = await enrolled();
    const code = at(0);
    const answers = await repeat(parallel, () => tryCode(call, accountId, code));
    expect(count(answers, 'totp')).toBe(1);
    expect(answers.filter((answer) => !['totp', 'code-refused', 'rate-limited'].includes(answer))).toEqual(
      [],
    );
  });

  it('S83: refuses the step before a taken one, two steps off, and takes the next', async () => {
    const { call, accountId, at } = await enrolled();
    expect(await tryCode(call, accountId, at(-2))).toBe('code-refused');
    expect(await tryCode(call, accountId, at(2))).toBe('code-refused');
    expect(await tryCode(call, accountId, at(0))).toBe('totp');
    expect(await tryCode(call, accountId, at(-1))).toBe('code-refused');
    expect(await tryCode(call, accountId, at(1))).toBe('totp');
  });

  it('S84: refuses the eleventh wrong code of an hour, over challenges, and the right one with it', async () => {
    const { call, accountId, at, wrong } = await enrolled();
    const challenges = [await challengeFor(call, accountId), await challengeFor(call, accountId)];
    for (const challenge of challenges)
      for (let index = 0; index < 5; index += 1)
        expect(await tryCode(call, accountId, wrong, challenge)).toBe('code-refused');
    expect(await tryCode(call, accountId, wrong, await challengeFor(call, accountId))).toBe('rate-limited');
    expect(await tryCode(call, accountId, wrong)).toBe('rate-limited');
    expect(await tryCode(call, accountId, at(0))).toBe('rate-limited');
    await moveFailures(call, accountId, '61 minutes');
    expect(await tryCode(call, accountId, at(0))).toBe('totp');
  });

  it('S84: counts at most ten of fifty wrong codes in parallel, however many challenges there are', async () => {
    const { call, accountId, wrong } = await enrolled();
    const challenges = await repeat(10, () => challengeFor(call, accountId));
    const answers = await repeat(parallel, (index) =>
      tryCode(call, accountId, wrong, challenges[index % challenges.length]),
    );
    expect(count(answers, 'code-refused')).toBe(10);
    expect(count(answers, 'rate-limited')).toBe(parallel - 10);
  });

  it('S84: takes five tries on a challenge and not even the right code after them', async () => {
    const { call, accountId, at, wrong } = await enrolled();
    const challenge = await challengeFor(call, accountId);
    const answers = await repeat(8, () => tryCode(call, accountId, wrong, challenge));
    expect(count(answers, 'code-refused')).toBe(5);
    expect(count(answers, 'challenge-over')).toBe(3);
    expect(await tryCode(call, accountId, at(0), challenge)).toBe('challenge-over');
    expect(await tryCode(call, accountId, at(0), await challengeFor(call, accountId))).toBe('totp');
  });

  it('S84: a challenge lets one code pass', async () => {
    const { call, accountId, at, codes } = await enrolled();
    const challenge = await challengeFor(call, accountId);
    expect(await tryCode(call, accountId, at(0), challenge)).toBe('totp');
    expect(await tryCode(call, accountId, codes[0] ?? '', challenge)).toBe('challenge-over');
  });

  it('S84: a right code between wrong ones buys no more tries', async () => {
    const { call, accountId, at, wrong } = await enrolled();
    for (let index = 0; index < 6; index += 1) await tryCode(call, accountId, wrong);
    expect(await tryCode(call, accountId, at(0))).toBe('totp');
    for (let index = 0; index < 4; index += 1)
      expect(await tryCode(call, accountId, wrong)).toBe('code-refused');
    expect(await tryCode(call, accountId, wrong)).toBe('rate-limited');
  });

  it('S84: takes no code after a hundred wrong ones in a row, but a recovery code', async () => {
    const { call, accountId, at, codes } = await enrolled();
    await database.write(call, testDecision, (tx) =>
      tx.updateTable('app.second_factor').set({ failures_in_a_row: failuresInARow }).execute(),
    );
    expect(await tryCode(call, accountId, at(0))).toBe('second-factor-locked');
    expect(await tryCode(call, accountId, codes[0] ?? '')).toBe('recovery');
    expect(await tryCode(call, accountId, at(0))).toBe('totp');
  });

  it('S85: takes a recovery code once, one after another and of fifty in parallel', async () => {
    const { call, accountId, codes } = await enrolled();
    const [first = '', second = ''] = codes;
    expect(await tryCode(call, accountId, first.toUpperCase().replaceAll('-', ' '))).toBe('recovery');
    expect(await tryCode(call, accountId, first)).toBe('code-refused');
    const answers = await repeat(parallel, () => tryCode(call, accountId, second));
    expect(count(answers, 'recovery')).toBe(1);
    const { recoveryCodes } = await database.read(call, (tx) => readFactorState(tx, accountId));
    expect(recoveryCodes).toBe(8);
  });

  it('S85: takes no code of the old set once there is a new one, and none of another account', async () => {
    const { call, accountId, codes } = await enrolled();
    const { subscriptionId } = call;
    const fresh = makeRecoveryCodes();
    await database.write(call, testDecision, (tx) =>
      replaceRecoveryCodes(tx, {
        subscriptionId,
        accountId,
        hashes: fresh.map((code) => hashRecoveryCode(secretBox, { subscriptionId, accountId }, code)),
      }),
    );
    const other = await enrolled();
    expect(await tryCode(call, accountId, codes[1] ?? '')).toBe('code-refused');
    expect(await tryCode(call, accountId, other.codes[1] ?? '')).toBe('code-refused');
    expect(await tryCode(call, accountId, fresh[1] ?? '')).toBe('recovery');
  });

  it('keeps neither secret nor recovery code readable', async () => {
    const { call, codes } = await enrolled();
    const stored = await database.read(call, async (tx) =>
      JSON.stringify([
        await tx.selectFrom('app.second_factor').selectAll().execute(),
        await tx.selectFrom('app.recovery_code').selectAll().execute(),
      ]),
    );
    for (const code of codes) {
      expect(stored).not.toContain(code);
      expect(stored).not.toContain(code.replaceAll('-', ''));
    }
    expect(stored).not.toMatch(/[A-Z2-7]{32}/);
  });

  /** As if the wrong codes had been entered earlier. */
  async function moveFailures(call: FactorCall, accountId: string, by: string): Promise<void> {
    const { sql } = await import('kysely');
    await database.write(call, testDecision, (tx) =>
      sql`update app.second_factor set recent_failures = array(
        select failed - ${by}::interval from unnest(recent_failures) failed)
        where account_id = ${accountId}`.execute(tx),
    );
  }
});

/** Six digits that are none of the codes. */
function wrongCode(right: readonly string[]): string {
  const wrong = ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code));
  return wrong ?? '444444';
}
