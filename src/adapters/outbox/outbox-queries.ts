import { sql } from 'kysely';
import type { WriteTransaction } from '../../ports/database.ts';

export interface ClaimedJob {
  readonly id: string;
  readonly name: string;
  readonly ids: Record<string, string>;
  /** 1 on the first try. */
  readonly attempt: number;
}

export interface NewJob {
  readonly subscriptionId: string;
  readonly name: string;
  readonly ids: Record<string, string>;
  readonly dedupeKey: string | undefined;
  readonly delaySeconds: number;
}

/** Inserts a job and returns its id; undefined while an unfinished one has the same name and dedupe key. */
export async function insertJob(tx: WriteTransaction, job: NewJob): Promise<string | undefined> {
  const query = sql<{ id: string }>`
    insert into app.job_outbox (subscription_id, name, ids, dedupe_key, run_after)
    values (${job.subscriptionId}, ${job.name}, ${JSON.stringify(job.ids)}, ${job.dedupeKey ?? null},
      app.now() + make_interval(secs => ${job.delaySeconds}))
    on conflict (subscription_id, name, dedupe_key) where finished_at is null do nothing
    returning id`;
  return (await query.execute(tx)).rows[0]?.id;
}

/** Leases up to `limit` due jobs of the entered subscription for `leaseSeconds`; none that was lost with its process. */
export async function claimJobs(
  tx: WriteTransaction,
  limit: number,
  leaseSeconds: number,
): Promise<readonly ClaimedJob[]> {
  const query = sql<ClaimedJob>`
    with due as (
      select subscription_id, id from app.job_outbox
      where finished_at is null and run_after <= app.now() and locked_until is null
      order by run_after, id limit ${limit} for update skip locked
    )
    update app.job_outbox job
    set attempts = job.attempts + 1, locked_until = app.now() + make_interval(secs => ${leaseSeconds})
    from due where job.subscription_id = due.subscription_id and job.id = due.id
    returning job.id, job.name, job.ids, job.attempts as attempt`;
  return (await query.execute(tx)).rows;
}

/** Leases one job of the entered subscription that is due, or one that was lost; undefined when it is not so, or no longer. */
export async function claimJob(
  tx: WriteTransaction,
  id: string,
  leaseSeconds: number,
  kind: 'due' | 'lost',
): Promise<ClaimedJob | undefined> {
  const query = sql<ClaimedJob>`
    update app.job_outbox
    set attempts = attempts + 1, locked_until = app.now() + make_interval(secs => ${leaseSeconds})
    where id = ${id} and finished_at is null and run_after <= app.now()
      and case when ${kind === 'lost'} then locked_until <= app.now() else locked_until is null end
    returning id, name, ids, attempts as attempt`;
  return (await query.execute(tx)).rows[0];
}

/** The job of the entered subscription that was lost first: its lease has run out, because its process died or hangs. */
export async function lostJob(tx: WriteTransaction): Promise<ClaimedJob | undefined> {
  const query = sql<ClaimedJob>`
    select id, name, ids, attempts as attempt from app.job_outbox
    where finished_at is null and locked_until <= app.now()
    order by locked_until, id limit 1`;
  return (await query.execute(tx)).rows[0];
}

/** Holds a job for another `leaseSeconds`; false when the lease has gone to somebody else. */
export async function renewLease(
  tx: WriteTransaction,
  job: ClaimedJob,
  leaseSeconds: number,
): Promise<boolean> {
  const query = sql`
    update app.job_outbox set locked_until = app.now() + make_interval(secs => ${leaseSeconds})
    where id = ${job.id} and attempts = ${job.attempt} and finished_at is null and locked_until is not null`;
  return (await query.execute(tx)).numAffectedRows === 1n;
}

/** A job that waits for a process to run it. */
export interface DueJob {
  readonly id: string;
  /** Which try the next one will be. */
  readonly attempt: number;
}

/** Jobs of the entered subscription that are due and held by nobody, the longest waiting first; none that was lost. */
export async function dueJobs(tx: WriteTransaction, limit: number): Promise<readonly DueJob[]> {
  const query = sql<DueJob>`
    select id, attempts + 1 as attempt from app.job_outbox
    where finished_at is null and run_after <= app.now() and locked_until is null
    order by run_after, id limit ${limit}`;
  return (await query.execute(tx)).rows;
}

/** Ends a job for good; `errorCode` undefined when it succeeded. Only the holder of the newest lease can. */
export async function finishJob(
  tx: WriteTransaction,
  job: ClaimedJob,
  errorCode: string | undefined,
): Promise<void> {
  await sql`
    update app.job_outbox set finished_at = app.now(), locked_until = null, error_code = ${errorCode ?? null}
    where id = ${job.id} and attempts = ${job.attempt} and finished_at is null`.execute(tx);
}

/** Gives a job back to be tried again in `delaySeconds`. */
export async function postponeJob(
  tx: WriteTransaction,
  job: ClaimedJob,
  delaySeconds: number,
  errorCode: string,
): Promise<void> {
  await sql`
    update app.job_outbox set run_after = app.now() + make_interval(secs => ${delaySeconds}), locked_until = null,
      error_code = ${errorCode}
    where id = ${job.id} and attempts = ${job.attempt} and finished_at is null`.execute(tx);
}
