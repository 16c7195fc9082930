import { sql } from 'kysely';
import {
  mostTestRuns,
  type TestOutcome,
  type TestReason,
  type TestRunView,
} from '../../contract/questions.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** A run that nothing has gone on with for so long counts as failed: its job was given up. */
const lostMinutes = 15;

interface RunRow extends Omit<TestRunView, 'startedAt' | 'finishedAt'> {
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

const runRows = (where: ReturnType<typeof sql>) => sql<RunRow>`
  select run.id, run.version, run.total, run.started_at as "startedAt",
    case when run.state = 'running' and run.touched_at < app.now() - make_interval(mins => ${lostMinutes})
      then 'failed' else run.state end as state,
    run.finished_at as "finishedAt", run.error_code as problem,
    count(result.outcome) filter (where result.outcome = 'passed')::int as passed,
    count(result.outcome) filter (where result.outcome = 'failed')::int as failed,
    count(result.outcome) filter (where result.outcome = 'error')::int as errors
  from app.ai_agent_test_run run
  left join app.ai_agent_test_result result
    on result.subscription_id = run.subscription_id and result.run_id = run.id
  where ${where} group by run.subscription_id, run.id order by run.started_at desc, run.id desc limit ${mostTestRuns}`;

const viewOf = ({ startedAt, finishedAt, ...run }: RunRow): TestRunView => ({
  ...run,
  startedAt: startedAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
});

/** Newest first. */
export async function readRuns(tx: ReadTransaction, aiAgentId: string): Promise<TestRunView[]> {
  return (await runRows(sql`run.ai_agent_id = ${aiAgentId}`).execute(tx)).rows.map(viewOf);
}

export async function readRun(
  tx: ReadTransaction,
  aiAgentId: string,
  id: string,
): Promise<TestRunView | undefined> {
  const { rows } = await runRows(sql`run.ai_agent_id = ${aiAgentId} and run.id = ${id}`).execute(tx);
  return rows[0] && viewOf(rows[0]);
}

/** What a job needs of a run. */
export interface RunningRun {
  readonly aiAgentId: string;
  readonly version: number;
}

/** Holds a run against others who change it; undefined when it does not run, or another job goes on with it. */
export async function holdRun(
  tx: WriteTransaction,
  id: string,
  step: number,
): Promise<RunningRun | undefined> {
  return tx
    .updateTable('app.ai_agent_test_run')
    .set({ touched_at: sql<Date>`app.now()` })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .where('step', '=', step)
    .returning(['ai_agent_id as aiAgentId', 'version'])
    .executeTakeFirst();
}

/** Gives up a run that nothing went on with, and lets runs go that are too many. */
export async function clearRuns(tx: WriteTransaction, aiAgentId: string): Promise<void> {
  await sql`
    update app.ai_agent_test_run set state = 'failed', error_code = 'internal', finished_at = app.now()
    where ai_agent_id = ${aiAgentId} and state = 'running'
      and touched_at < app.now() - make_interval(mins => ${lostMinutes})`.execute(tx);
  await sql`
    delete from app.ai_agent_test_run where ai_agent_id = ${aiAgentId} and id not in (
      select id from app.ai_agent_test_run where ai_agent_id = ${aiAgentId}
      order by started_at desc, id desc limit ${mostTestRuns - 1})`.execute(tx);
}

/** False when one runs already. */
export async function insertRun(
  tx: WriteTransaction,
  row: {
    readonly subscriptionId: string;
    readonly aiAgentId: string;
    readonly id: string;
    readonly version: number;
    readonly total: number;
    readonly accountId: string | null;
  },
): Promise<boolean> {
  const now = sql<Date>`app.now()`;
  const inserted = await tx
    .insertInto('app.ai_agent_test_run')
    .values({
      subscription_id: row.subscriptionId,
      id: row.id,
      ai_agent_id: row.aiAgentId,
      version: row.version,
      state: 'running',
      total: row.total,
      started_at: now,
      touched_at: now,
      account_id: row.accountId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Ends a run that runs. */
export async function endRun(
  tx: WriteTransaction,
  id: string,
  end: { readonly state: 'done' | 'cancelled' | 'failed'; readonly problem?: string },
): Promise<void> {
  await tx
    .updateTable('app.ai_agent_test_run')
    .set({ state: end.state, error_code: end.problem ?? null, finished_at: sql<Date>`app.now()` })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

export const nextStep = (tx: WriteTransaction, id: string, step: number) =>
  tx
    .updateTable('app.ai_agent_test_run')
    .set({ step: step + 1 })
    .where('id', '=', id)
    .execute();

export interface ResultRow {
  readonly questionId: string;
  readonly outcome: TestOutcome;
  readonly reasons: readonly TestReason[];
}

/** Results of a run; a question that was deleted since has none. */
export async function readResults(tx: ReadTransaction, runId: string): Promise<ResultRow[]> {
  const rows = await tx
    .selectFrom('app.ai_agent_test_result')
    .select(['question_id as questionId', 'outcome', 'reasons'])
    .where('run_id', '=', runId)
    .orderBy('question_id')
    .execute();
  return rows.map((row) => ({ ...row, reasons: row.reasons as TestReason[] }));
}

/** Notes results; of a question that was deleted meanwhile, none. */
export async function insertResult(
  tx: WriteTransaction,
  subscriptionId: string,
  runId: string,
  { questionId, outcome, reasons }: ResultRow,
): Promise<void> {
  await sql`
    insert into app.ai_agent_test_result (subscription_id, run_id, question_id, outcome, reasons, tested_at)
    select ${subscriptionId}::uuid, ${runId}::uuid, question.id, ${outcome}, ${[...reasons]}::text[], app.now()
    from app.ai_agent_question question where question.id = ${questionId}
    on conflict do nothing`.execute(tx);
}
