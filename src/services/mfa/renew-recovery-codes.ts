import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readFactorState, replaceRecoveryCodes } from './mfa-queries.ts';
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.ts';

/** Ten new codes in place of the old ones. Throws `not-found` without a working factor. */
export async function renewRecoveryCodes(
  call: Call<'database' | 'secretBox'>,
  accountId: string,
): Promise<readonly string[]> {
  const { subscriptionId } = call;
  const { database, secretBox } = call.ports;
  const codes = makeRecoveryCodes();
  const hashes = codes.map((one) => hashRecoveryCode(secretBox, { subscriptionId, accountId }, one));
  await database.write(
    call,
    { permission: 'account:self', audit: { action: 'second-factor.codes-replaced', target: accountId } },
    async (tx) => {
      if (!(await readFactorState(tx, accountId)).active) throw new ProblemError('not-found');
      await replaceRecoveryCodes(tx, { subscriptionId, accountId, hashes });
    },
  );
  return codes;
}
