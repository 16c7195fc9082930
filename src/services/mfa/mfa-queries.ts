import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** Wrong codes an account may enter in any hour, over all challenges and addresses. */
export const failuresAnHour = 10;
/** Wrong codes in a row after which codes are not taken any more until a recovery code or an admin helps. */
export const failuresInARow = 100;
/** Codes that may be tried on one challenge. */
export const triesPerChallenge = 5;

const ownFactor = (tx: ReadTransaction, accountId: string) =>
  tx.selectFrom('app.second_factor').where('account_id', '=', accountId);

export interface FactorRow {
  readonly secret: string | null;
  readonly confirmedAt: Date | null;
  readonly pendingSecret: string | null;
  readonly pendingUntil: Date | null;
  readonly lastAcceptedCounter: number;
  readonly failuresInARow: number;
}

/** The second factor of an account of the entered subscription, secrets sealed. */
export async function readFactor(tx: ReadTransaction, accountId: string): Promise<FactorRow | undefined> {
  const row = await ownFactor(tx, accountId)
    .select([
      'secret',
      'confirmed_at as confirmedAt',
      'pending_secret as pendingSecret',
      'pending_until as pendingUntil',
      'last_accepted_counter as lastAcceptedCounter',
      'failures_in_a_row as failuresInARow',
    ])
    .executeTakeFirst();
  return row && { ...row, lastAcceptedCounter: Number(row.lastAcceptedCounter) };
}

/** Whether the account has a working factor and whether the subscription asks everybody for one. */
export async function readFactorState(
  tx: ReadTransaction,
  accountId: string,
): Promise<{ readonly active: boolean; readonly required: boolean; readonly recoveryCodes: number }> {
  const query = sql<{ active: boolean; required: boolean; recoveryCodes: number }>`
    select
      exists (select from app.second_factor where account_id = ${accountId} and secret is not null) as active,
      coalesce((select required from app.second_factor_rule), false) as required,
      (select count(*)::int from app.recovery_code where account_id = ${accountId}) as "recoveryCodes"`;
  return (await query.execute(tx)).rows[0] ?? { active: false, required: false, recoveryCodes: 0 };
}

/** Whether the entered subscription asks everybody for a second factor. */
export async function readFactorRule(tx: ReadTransaction): Promise<boolean> {
  const rule = await tx.selectFrom('app.second_factor_rule').select('required').executeTakeFirst();
  return rule?.required ?? false;
}

export async function upsertPendingSecret(
  tx: WriteTransaction,
  row: {
    readonly subscriptionId: string;
    readonly accountId: string;
    /** Sealed. */
    readonly secret: string;
    readonly minutes: number;
  },
): Promise<void> {
  await sql`
    insert into app.second_factor (subscription_id, account_id, pending_secret, pending_until)
    values (${row.subscriptionId}, ${row.accountId}, ${row.secret}, app.now() + make_interval(mins => ${row.minutes}))
    on conflict (subscription_id, account_id) do update
    set pending_secret = excluded.pending_secret, pending_until = excluded.pending_until`.execute(tx);
}

/** Makes the waiting secret the one that counts; false when another one waits by now. */
export async function confirmPendingSecret(
  tx: WriteTransaction,
  row: {
    readonly accountId: string;
    readonly pendingSecret: string;
    readonly secret: string;
    readonly counter: number;
  },
): Promise<boolean> {
  const result = await sql`
    update app.second_factor
    set secret = ${row.secret}, confirmed_at = app.now(), pending_secret = null, pending_until = null,
      last_accepted_counter = ${row.counter}, failures_in_a_row = 0
    where account_id = ${row.accountId} and pending_secret = ${row.pendingSecret} and pending_until > app.now()`.execute(
    tx,
  );
  return result.numAffectedRows === 1n;
}

/** Deletes the factor and with it the recovery codes; false when there was none. */
export async function deleteFactor(tx: WriteTransaction, accountId: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('app.second_factor')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

const mayTry = sql<boolean>`(
  select count(*) from unnest(recent_failures) failed where failed > app.now() - interval '1 hour'
) < ${failuresAnHour}`;

/** Takes a code's time step once: only a step newer than the last one, of the same secret, within the limits. */
export async function takeCounter(
  tx: WriteTransaction,
  row: { readonly accountId: string; readonly secret: string; readonly counter: number },
): Promise<boolean> {
  const result = await sql`
    update app.second_factor set last_accepted_counter = ${row.counter}, failures_in_a_row = 0
    where account_id = ${row.accountId} and secret = ${row.secret} and last_accepted_counter < ${row.counter}
      and failures_in_a_row < ${failuresInARow} and ${mayTry}`.execute(tx);
  return result.numAffectedRows === 1n;
}

/** Takes a recovery code once, within the limits. */
export async function takeRecoveryCode(
  tx: WriteTransaction,
  row: { readonly accountId: string; readonly codeHash: string },
): Promise<boolean> {
  // The factor's row comes first, as everywhere: it is the lock that counts tries one after another.
  const allowed = await sql`
    update app.second_factor set failures_in_a_row = 0
    where account_id = ${row.accountId} and secret is not null and ${mayTry}`.execute(tx);
  if (allowed.numAffectedRows !== 1n) return false;
  const result = await tx
    .deleteFrom('app.recovery_code')
    .where('account_id', '=', row.accountId)
    .where('code_hash', '=', row.codeHash)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Notes a wrong code. Undefined when it was, or there is no factor to note it on; else seconds until the next may be tried. */
export async function noteFailure(tx: WriteTransaction, accountId: string): Promise<number | undefined> {
  const result = await sql`
    update app.second_factor
    set failures_in_a_row = least(failures_in_a_row + 1, ${failuresInARow}),
      recent_failures = array(
        select failed from unnest(recent_failures) failed where failed > app.now() - interval '1 hour' order by failed
      ) || app.now()
    where account_id = ${accountId} and ${mayTry}`.execute(tx);
  if (result.numAffectedRows === 1n) return undefined;
  const waiting = sql<{ seconds: number | null }>`
    select ceil(extract(epoch from min(failed) + interval '1 hour' - app.now()))::int as seconds
    from app.second_factor, unnest(recent_failures) failed
    where account_id = ${accountId} and failed > app.now() - interval '1 hour'`;
  const seconds = (await waiting.execute(tx)).rows[0]?.seconds ?? null;
  return seconds === null ? undefined : Math.max(1, seconds);
}

/** Replaces the recovery codes of an account. */
export async function replaceRecoveryCodes(
  tx: WriteTransaction,
  row: { readonly subscriptionId: string; readonly accountId: string; readonly hashes: readonly string[] },
): Promise<void> {
  await tx.deleteFrom('app.recovery_code').where('account_id', '=', row.accountId).execute();
  await tx
    .insertInto('app.recovery_code')
    .values(
      row.hashes.map((code_hash) => ({
        subscription_id: row.subscriptionId,
        account_id: row.accountId,
        code_hash,
      })),
    )
    .execute();
}

export async function insertChallenge(
  tx: WriteTransaction,
  row: {
    readonly subscriptionId: string;
    readonly id: string;
    readonly accountId: string;
    readonly tokenHash: string;
    readonly seconds: number;
  },
): Promise<void> {
  await sql`
    insert into app.sign_in_challenge (subscription_id, id, account_id, token_hash, expires_at)
    values (${row.subscriptionId}, ${row.id}, ${row.accountId}, ${row.tokenHash},
      app.now() + make_interval(secs => ${row.seconds}))`.execute(tx);
}

/** Ends a challenge with the right code; false when it is over, passed, out of tries, or of a password since changed. */
export async function passChallenge(tx: WriteTransaction, id: string): Promise<boolean> {
  const result = await sql`
    delete from app.sign_in_challenge challenge
    where challenge.id = ${id} and challenge.failures < ${triesPerChallenge} and challenge.expires_at > app.now()
      and exists (select from app.account account where account.id = challenge.account_id
        and (account.password_changed_at is null or account.password_changed_at <= challenge.created_at))`.execute(
    tx,
  );
  return result.numAffectedRows === 1n;
}

/** Counts a wrong code on a challenge; false when it is over or has no tries left. */
export async function failChallenge(tx: WriteTransaction, id: string): Promise<boolean> {
  const result = await sql`
    update app.sign_in_challenge set failures = failures + 1
    where id = ${id} and failures < ${triesPerChallenge} and expires_at > app.now()`.execute(tx);
  return result.numAffectedRows === 1n;
}

export async function upsertFactorRule(
  tx: WriteTransaction,
  subscriptionId: string,
  required: boolean,
): Promise<void> {
  await sql`
    insert into app.second_factor_rule (subscription_id, required) values (${subscriptionId}, ${required})
    on conflict (subscription_id) do update set required = excluded.required, updated_at = app.now()`.execute(
    tx,
  );
}
