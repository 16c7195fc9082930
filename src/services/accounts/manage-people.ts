import { platformSubscriptionId } from '../../kernel/platform.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import type { AccountRole, AccountStatus } from '../../ports/schema/accounts.ts';
import { unlessHeld } from '../subscriptions/record-hold.ts';
import { revokeSessions } from '../sessions/console-session-queries.ts';
import type { ConsoleSessions } from '../sessions/console-sessions.ts';
import {
  deleteAccount,
  requireNoHold,
  listAccounts,
  lockAccount,
  lockRulers,
  readAccount,
  updateRole,
  updateStatus,
} from './account-queries.ts';
import { emailBinding, maskEmail } from './email-address.ts';

/** A person as lists show them. */
export interface Person {
  readonly id: string;
  /** Masked. */
  readonly email: string;
  readonly role: AccountRole;
  readonly status: AccountStatus;
  readonly createdAt: Date;
  /** `YYYY-MM-DD`. */
  readonly lastSignInOn: string | null;
}

type PeopleCall = Call<'database' | 'secretBox'>;

/** The people of the subscription, addresses masked; an address that cannot be opened shows as `…`. */
export async function listPeople(call: PeopleCall): Promise<readonly Person[]> {
  const rows = await call.ports.database.read(call, listAccounts);
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      email: await openEmail(call, row).then(maskEmail, () => '…'),
      role: row.role,
      status: row.status,
      createdAt: row.created_at,
      lastSignInOn: row.last_sign_in_on,
    })),
  );
}

/** An account's whole address; that it was shown is audited. Throws `not-found`. */
export async function showEmail(call: PeopleCall, accountId: string): Promise<string> {
  const row = await call.ports.database.write(
    call,
    { permission: 'people:write', audit: { action: 'account.email-shown', target: accountId } },
    async (tx) => {
      const account = await readAccount(tx, accountId);
      if (account === undefined) throw new ProblemError('not-found');
      return account;
    },
  );
  return openEmail(call, row);
}

/** The address of the caller's own account. */
export function openEmail(
  call: PeopleCall,
  row: { readonly id: string; readonly email: string },
): Promise<string> {
  return call.ports.secretBox.open(row.email, emailBinding(call.subscriptionId, row.id));
}

/** Changes a role and ends the person's sessions. Throws `last-admin`, `not-found`. */
export async function changeRole(
  call: PeopleCall,
  sessions: ConsoleSessions,
  accountId: string,
  role: AccountRole,
): Promise<void> {
  if ((role === 'operator') !== (call.subscriptionId === platformSubscriptionId))
    throw new ProblemError('invalid-request', { detail: 'role: operators belong to the platform alone' });
  await change(call, sessions, accountId, {
    audit: { action: 'account.role-changed', target: accountId, facts: { role } },
    dethrones: role === 'member',
    work: (tx) => updateRole(tx, accountId, role),
  });
}

/** Lets nobody sign in with the account any more and ends its sessions. Throws `last-admin`, `not-found`. */
export async function disableAccount(
  call: PeopleCall,
  sessions: ConsoleSessions,
  accountId: string,
): Promise<void> {
  await change(call, sessions, accountId, {
    audit: { action: 'account.disabled', target: accountId },
    dethrones: true,
    work: (tx) => updateStatus(tx, accountId, 'disabled'),
  });
}

/** Lets a disabled account sign in again; one that never had a password is invited again. */
export async function enableAccount(
  call: PeopleCall,
  sessions: ConsoleSessions,
  accountId: string,
): Promise<void> {
  await change(call, sessions, accountId, {
    audit: { action: 'account.enabled', target: accountId },
    dethrones: false,
    work: (tx, account) => updateStatus(tx, accountId, account.password_hash === null ? 'invited' : 'active'),
  });
}

/** Deletes an account with its sessions. Throws `last-admin`, `not-found`, and `subscription-held` under a legal hold: disabling is what is left then. */
export async function removeAccount(
  call: PeopleCall,
  sessions: ConsoleSessions,
  accountId: string,
): Promise<void> {
  await unlessHeld(call, 'people:write', 'account-removal', () =>
    change(call, sessions, accountId, {
      audit: { action: 'account.removed', target: accountId },
      dethrones: true,
      work: async (tx) => {
        await requireNoHold(tx);
        await deleteAccount(tx, accountId);
      },
    }),
  );
}

async function change(
  call: PeopleCall,
  sessions: ConsoleSessions,
  accountId: string,
  {
    audit,
    dethrones,
    work,
  }: {
    readonly audit: {
      readonly action: `account.${string}`;
      readonly target: string;
      readonly facts?: { readonly role: string };
    };
    /** Whether the person can no longer manage the subscription afterwards. */
    readonly dethrones: boolean;
    readonly work: (
      tx: WriteTransaction,
      account: { readonly password_hash: string | null },
    ) => Promise<void>;
  },
): Promise<void> {
  const ended = await call.ports.database.write(call, { permission: 'people:write', audit }, async (tx) => {
    const account = await requireRuler(tx, accountId, dethrones);
    const revoked = await revokeSessions(tx, accountId);
    await work(tx, account);
    return revoked;
  });
  sessions.forget(ended);
}

/** The account, locked; throws `last-admin` when it is the only one left that manages the subscription and must not be. */
export async function requireRuler(tx: WriteTransaction, accountId: string, dethrones: boolean) {
  const rulers = dethrones ? await lockRulers(tx) : [];
  const account = await lockAccount(tx, accountId);
  if (account === undefined) throw new ProblemError('not-found');
  if (rulers.length === 1 && rulers[0] === accountId) throw new ProblemError('last-admin');
  return account;
}
