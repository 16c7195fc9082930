import { ProblemError, toProblem } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type { Call } from '../ports/call.ts';
import type { WriteTransaction } from '../ports/database.ts';
import { listQuestions } from '../services/ai-agents/questions.ts';
import {
  endRun,
  holdRun,
  insertResult,
  nextStep,
  readResults,
  type ResultRow,
} from '../services/ai-agents/test-run-queries.ts';
import type { QuestionView } from '../contract/questions.ts';
import type { ChatServices } from './chat-call.ts';
import { judgeTrial } from './judge-trial.ts';
import { tryAgent, type TrialCall } from './try-agent.ts';

export type TestCall = TrialCall & Call<'jobs'>;

/** Questions that are asked at a time. */
const atOnce = 3;
/** A job has a minute; another goes on where it ends. */
const mostMs = 35_000;

/** The AI agent or the version is gone, or all are stopped: there is nothing to try again. */
const endsRun: ReadonlySet<string> = new Set(['not-found', 'ai-agents-stopped']);

/** Thrown when the run was cancelled, given up, or deleted. */
class RunOver extends Error {
  override readonly name = 'RunOver';
}

/**
 * Asks an AI agent its saved questions and notes, question by question, whether the answers are as expected. A job that was
 * killed is done again: it goes on with what has no result. Answers are judged in memory and stay nowhere.
 */
export async function testAgent(
  call: TestCall,
  services: ChatServices,
  { runId, step }: { readonly runId: string; readonly step: number },
): Promise<void> {
  const { clock, database } = call.ports;
  const until = clock.elapsed() + mostMs;
  const change = <T>(action: `ai-agent.${string}`, work: (tx: WriteTransaction) => Promise<T>): Promise<T> =>
    database.write(call, { permission: 'system', audit: { action, target: runId } }, async (tx) => {
      if ((await holdRun(tx, runId, step)) === undefined) throw new RunOver();
      return work(tx);
    });
  try {
    const run = await database.write(
      call,
      { permission: 'system', audit: { action: 'ai-agent.test-goes-on', target: runId } },
      (tx) => holdRun(tx, runId, step),
    );
    if (run === undefined) return;
    const questions = await listQuestions(call, run.aiAgentId);
    const done = new Set(
      (await database.read(call, (tx) => readResults(tx, runId))).map(({ questionId }) => questionId),
    );
    const left = questions.filter(({ id }) => !done.has(id));
    for (let from = 0; from < left.length; from += atOnce) {
      call.signal.throwIfAborted();
      if (clock.elapsed() > until) {
        await change('ai-agent.test-left', async (tx) => {
          await nextStep(tx, runId, step);
          await call.ports.jobs.enqueue(tx, call, 'ai-agents.test', { runId, step: String(step + 1) });
        });
        return;
      }
      const results = await Promise.all(
        left.slice(from, from + atOnce).map((question) => ask(call, services, run, question)),
      );
      await change('ai-agent.tested', async (tx) => {
        for (const result of results) await insertResult(tx, call.subscriptionId, runId, result);
      });
    }
    await change('ai-agent.test-done', (tx) => endRun(tx, runId, { state: 'done' }));
  } catch (error) {
    if (error instanceof RunOver) return;
    if (!(error instanceof ProblemError) || !endsRun.has(error.type)) throw error;
    await change('ai-agent.test-failed', (tx) =>
      endRun(tx, runId, { state: 'failed', problem: error.type }),
    ).catch((other: unknown) => {
      if (!(other instanceof RunOver)) throw other;
    });
  }
}

async function ask(
  call: TestCall,
  services: ChatServices,
  run: { readonly aiAgentId: string; readonly version: number },
  question: QuestionView,
): Promise<ResultRow> {
  try {
    const trial = await tryAgent(call, services, {
      ...run,
      messages: Transient.of([{ from: 'visitor', text: question.question }]),
      locale: question.language,
      state: { language: null, unanswered: 0, handedOff: false },
      emit: () => {},
    });
    return { questionId: question.id, ...judgeTrial(trial, question) };
  } catch (error) {
    const { type } = toProblem(error);
    if (call.signal.aborted || endsRun.has(type)) throw error;
    return { questionId: question.id, outcome: 'error', reasons: ['failed'] };
  }
}
