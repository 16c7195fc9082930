import { randomBytes } from 'node:crypto';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';
import type { Call } from '../../ports/call.ts';
import type { Ports } from '../../ports/ports.ts';
import { insertPrepared, prepareAccount } from '../accounts/create-account.ts';
import { hashToken } from './admin-token-format.ts';
import { hasOperator, hasOperatorLocked } from './admin-token-queries.ts';

/** A first operator has this long to use the code. */
export const bootstrapSeconds = 15 * 60;
const codeKey = 'operator-bootstrap-code';

/**
 * A one-time code that makes the first operator, to be shown once to whoever starts the server; undefined when there is
 * an operator already, or when another process has shown a code that still works and none is forced.
 */
export async function issueBootstrapCode(
  ports: Pick<Ports, 'database' | 'keyValues'>,
  options: { readonly replace: boolean },
): Promise<string | undefined> {
  const { database, keyValues } = ports;
  if (await database.read({ subscriptionId: platformSubscriptionId }, hasOperator)) return undefined;
  // 128 bits in groups that can be read out and typed.
  const code = (randomBytes(16).toString('hex').match(/.{8}/g) ?? []).join('-');
  const ttl = { ttlSeconds: bootstrapSeconds };
  if (options.replace) await keyValues.set(codeKey, hashToken(code), ttl);
  else if (!(await keyValues.setIfAbsent(codeKey, hashToken(code), ttl))) return undefined;
  return code;
}

/** Makes the first operator. Throws `bootstrap-refused` for a wrong, used or old code, and `invalid-request` for a weak password. */
export async function bootstrapOperator(
  call: Call<'database' | 'keyValues' | 'secretBox' | 'ids'>,
  input: { readonly code: string; readonly email: string; readonly password: string },
): Promise<{ readonly id: string }> {
  const { database, keyValues } = call.ports;
  // No limit of tries but the address's own: 128 bits are not guessed, and a stranger must not be able to burn the code.
  const expected = await keyValues.get(codeKey);
  if (expected === undefined || !secretsEqual(expected, hashToken(normal(input.code))))
    throw new ProblemError('bootstrap-refused');
  const platform = { ...call, subscriptionId: platformSubscriptionId };
  const account = await prepareAccount(platform, {
    email: input.email,
    password: input.password,
    role: 'operator',
  });
  await database.write(
    platform,
    {
      permission: 'public',
      audit: { action: 'operator.bootstrapped', target: account.id },
    },
    async (tx) => {
      if (await hasOperatorLocked(tx)) throw new ProblemError('bootstrap-refused');
      await insertPrepared(tx, account);
    },
  );
  await keyValues.delete(codeKey);
  return { id: account.id };
}

const normal = (code: string): string => code.trim().toLowerCase();
