import { mostQuestions, StoredQuestion, type Question, type QuestionView } from '../../contract/questions.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import type { SealBinding } from '../../ports/secret-box.ts';
import { requireNoHold } from '../accounts/account-queries.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { lockNewestVersion, readAiAgentLine } from './ai-agent-queries.ts';
import {
  countQuestions,
  deleteQuestionRow,
  insertQuestion,
  readQuestionRows,
  updateQuestion,
} from './question-queries.ts';

type ReadCall = Pick<Call<'database' | 'secretBox'>, 'subscriptionId' | 'ports'>;
type ChangeCall = Call<'database' | 'contentBox' | 'secretBox' | 'ids'>;

const bindingOf = (subscriptionId: string, id: string): SealBinding => ({
  subscriptionId,
  table: 'ai_agent_question',
  column: 'content',
  row: id,
});

const decision = (action: `ai-agent.${string}`, target: string) =>
  ({ permission: 'settings:write', audit: { action, target } }) as const;

/** The saved questions of an AI agent, oldest first; one that a lost root key has shut is left out. Throws `not-found`. */
export async function listQuestions(call: ReadCall, aiAgentId: string): Promise<readonly QuestionView[]> {
  const { database, secretBox } = call.ports;
  const rows = await database.read(call, async (tx) => {
    if ((await readAiAgentLine(tx, aiAgentId)) === undefined) throw new ProblemError('not-found');
    return readQuestionRows(tx, aiAgentId);
  });
  const opened = await Promise.all(
    rows.map(async ({ id, content, updatedAt }) => {
      const text = await openedOrUndefined(secretBox.open(content, bindingOf(call.subscriptionId, id)));
      if (text === undefined) return [];
      return [{ id, updatedAt: updatedAt.toISOString(), ...StoredQuestion.parse(JSON.parse(text)) }];
    }),
  );
  return opened.flat();
}

/** Throws `not-found`, and `conflict` when there are as many as there may be. */
export async function createQuestion(
  call: ChangeCall,
  aiAgentId: string,
  question: Transient<Question>,
): Promise<QuestionView> {
  const id = call.ports.ids.next();
  const row = await rowOf(call, aiAgentId, id, question);
  await call.ports.database.write(call, decision('ai-agent.question-created', id), async (tx) => {
    // Locks, so that many at once never go over.
    if ((await lockNewestVersion(tx, aiAgentId)) === undefined) throw new ProblemError('not-found');
    if ((await countQuestions(tx, aiAgentId)) >= mostQuestions)
      throw new ProblemError('conflict', { detail: `An AI agent may have ${mostQuestions} questions.` });
    await insertQuestion(tx, row);
  });
  return viewOf(call, aiAgentId, id);
}

/** Throws `not-found`. */
export async function changeQuestion(
  call: ChangeCall,
  aiAgentId: string,
  id: string,
  question: Transient<Question>,
): Promise<QuestionView> {
  const row = await rowOf(call, aiAgentId, id, question);
  await call.ports.database.write(call, decision('ai-agent.question-changed', id), async (tx) => {
    if (!(await updateQuestion(tx, row))) throw new ProblemError('not-found');
  });
  return viewOf(call, aiAgentId, id);
}

/** With its results. Throws `not-found`, `subscription-held`. */
export async function deleteQuestion(call: Call<'database'>, aiAgentId: string, id: string): Promise<void> {
  await call.ports.database.write(call, decision('ai-agent.question-deleted', id), async (tx) => {
    await requireNoHold(tx);
    if (!(await deleteQuestionRow(tx, aiAgentId, id))) throw new ProblemError('not-found');
  });
}

async function rowOf(call: ChangeCall, aiAgentId: string, id: string, question: Transient<Question>) {
  const { subscriptionId, actor } = call;
  const content = await call.ports.contentBox.seal(
    question.map((typed) => JSON.stringify(typed)),
    bindingOf(subscriptionId, id),
  );
  return { subscriptionId, aiAgentId, id, content, accountId: actor.kind === 'account' ? actor.id : null };
}

async function viewOf(call: ReadCall, aiAgentId: string, id: string): Promise<QuestionView> {
  const found = (await listQuestions(call, aiAgentId)).find((one) => one.id === id);
  if (found === undefined) throw new ProblemError('not-found');
  return found;
}
