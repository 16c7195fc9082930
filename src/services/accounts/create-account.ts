import { ProblemError } from '../../kernel/problem-error.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import type { AccountRole } from '../../ports/schema/accounts.ts';
import { insertAccount, readSubscriptionName, type NewAccount } from './account-queries.ts';
import { emailBinding, emailHash, normaliseEmail } from './email-address.ts';
import { hashPassword } from './password-hash.ts';
import { checkPassword, type PasswordPolicy } from './password-policy.ts';

export interface CreateAccountInput {
  readonly email: string;
  /** Left out: the account is invited and cannot sign in until a password is chosen. */
  readonly password?: string;
  readonly role: AccountRole;
  /** A shorter password is allowed where a second factor is enforced; not enforced when left out. */
  readonly policy?: PasswordPolicy;
}

/**
 * Makes an account in the call's subscription and returns its id. Throws `invalid-request` for a bad address, role or
 * password and `conflict` when the address has an account here.
 */
export async function createAccount(
  call: Call<'database' | 'secretBox' | 'ids'>,
  input: CreateAccountInput,
): Promise<{ readonly id: string }> {
  const account = await prepareAccount(call, input);
  await call.ports.database.write(
    call,
    {
      permission: 'people:write',
      audit: { action: 'account.created', target: account.id, facts: { role: account.role } },
    },
    (tx) => insertAccount(tx, account),
  );
  return { id: account.id };
}

/** The slow half, before any transaction: checks, hashes and seals. Insert what it returns with `insertPrepared`. */
export async function prepareAccount(
  call: Call<'database' | 'secretBox' | 'ids'>,
  { email, password, role, policy }: CreateAccountInput,
): Promise<NewAccount> {
  const { subscriptionId } = call;
  const { database, secretBox, ids } = call.ports;
  if ((role === 'operator') !== (subscriptionId === platformSubscriptionId))
    throw new ProblemError('invalid-request', { detail: 'role: operators belong to the platform alone' });
  const address = normaliseEmail(email);
  if (password !== undefined) {
    const subscriptionName = await database.read(call, readSubscriptionName);
    checkPassword(password, { ...policy, email: address, subscriptionName });
  }
  const id = ids.next();
  return {
    subscriptionId,
    id,
    role,
    status: password === undefined ? 'invited' : 'active',
    email: await secretBox.seal(address, emailBinding(subscriptionId, id)),
    emailHash: emailHash(secretBox, address),
    passwordHash: password === undefined ? null : await hashPassword(password),
  };
}

/** Inserts a prepared account in the caller's transaction; throws `conflict`. */
export function insertPrepared(tx: WriteTransaction, account: NewAccount): Promise<void> {
  return insertAccount(tx, account);
}
