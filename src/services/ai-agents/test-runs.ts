import type { TestResultView, TestRunView } from '../../contract/questions.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { lockNewestVersion, readAiAgentLine, readVersion } from './ai-agent-queries.ts';
import { countQuestions } from './question-queries.ts';
import { clearRuns, endRun, insertRun, readResults, readRun, readRuns } from './test-run-queries.ts';

const decision = (action: `ai-agent.${string}`, target: string, facts = {}) =>
  ({ permission: 'settings:write', audit: { action, target, facts } }) as const;

/** Newest first. Throws `not-found`. */
export const listTestRuns = (call: Call<'database'>, aiAgentId: string): Promise<readonly TestRunView[]> =>
  call.ports.database.read(call, async (tx) => {
    if ((await readAiAgentLine(tx, aiAgentId)) === undefined) throw new ProblemError('not-found');
    return readRuns(tx, aiAgentId);
  });

/** Throws `not-found`; `conflict` while a run is under way, and when there is nothing to ask. */
export async function startTestRun(
  call: Call<'database' | 'jobs' | 'ids'>,
  aiAgentId: string,
  version: number,
): Promise<TestRunView> {
  const { subscriptionId, actor } = call;
  const { database, jobs, ids } = call.ports;
  const id = ids.next();
  await database.write(call, decision('ai-agent.test-began', id, { version }), async (tx) => {
    const newest = await lockNewestVersion(tx, aiAgentId);
    if (newest === undefined || (await readVersion(tx, aiAgentId, version)) === undefined)
      throw new ProblemError('not-found');
    const total = await countQuestions(tx, aiAgentId);
    if (total === 0) throw new ProblemError('conflict', { detail: 'There are no questions yet.' });
    await clearRuns(tx, aiAgentId);
    const accountId = actor.kind === 'account' ? actor.id : null;
    if (!(await insertRun(tx, { subscriptionId, aiAgentId, id, version, total, accountId })))
      throw new ProblemError('conflict', { detail: 'The questions are being asked already.' });
    await jobs.enqueue(tx, call, 'ai-agents.test', { runId: id, step: '0' });
  });
  return shown(call, aiAgentId, id);
}

/** Throws `not-found`. */
export async function cancelTestRun(
  call: Call<'database'>,
  aiAgentId: string,
  id: string,
): Promise<TestRunView> {
  await call.ports.database.write(call, decision('ai-agent.test-cancelled', id), async (tx) => {
    if ((await readRun(tx, aiAgentId, id)) === undefined) throw new ProblemError('not-found');
    await endRun(tx, id, { state: 'cancelled' });
  });
  return shown(call, aiAgentId, id);
}

/** A run with its results, each beside that of the run before. Throws `not-found`. */
export const showTestRun = (
  call: Call<'database'>,
  aiAgentId: string,
  id: string,
): Promise<{ readonly run: TestRunView; readonly results: TestResultView[] }> =>
  call.ports.database.read(call, async (tx) => {
    const runs = await readRuns(tx, aiAgentId);
    const at = runs.findIndex((run) => run.id === id);
    const run = runs[at];
    if (run === undefined) throw new ProblemError('not-found');
    const earlier = runs[at + 1];
    const before = new Map(
      (earlier === undefined ? [] : await readResults(tx, earlier.id)).map((one) => [
        one.questionId,
        one.outcome,
      ]),
    );
    const results = (await readResults(tx, id)).map((one) => ({
      ...one,
      reasons: [...one.reasons],
      before: before.get(one.questionId) ?? null,
    }));
    return { run, results };
  });

async function shown(call: Call<'database'>, aiAgentId: string, id: string): Promise<TestRunView> {
  const run = await call.ports.database.read(call, (tx) => readRun(tx, aiAgentId, id));
  if (run === undefined) throw new ProblemError('not-found');
  return run;
}
