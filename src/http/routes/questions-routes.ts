import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/questions.ts';
import { listOutcomes } from '../../services/ai-agents/outcomes.ts';
import {
  changeQuestion,
  createQuestion,
  deleteQuestion,
  listQuestions,
} from '../../services/ai-agents/questions.ts';
import {
  readHostStop,
  readStop,
  stopAiAgents,
  stopHostAiAgents,
} from '../../services/ai-agents/stop-ai-agents.ts';
import {
  cancelTestRun,
  listTestRuns,
  showTestRun,
  startTestRun,
} from '../../services/ai-agents/test-runs.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';

/** Saved questions and their runs, how conversations ended, and the switches that stop all AI agents. */
export function addQuestionsRoutes(app: FastifyInstance, context: HttpContext): void {
  route(app, context, contract.listQuestions, async (caller) => ({
    questions: [...(await listQuestions(callOf(context, caller), caller.params.aiAgentId))],
  }));
  route(app, context, contract.createQuestion, (caller) =>
    createQuestion(callOf(context, caller), caller.params.aiAgentId, caller.body),
  );
  route(app, context, contract.changeQuestion, (caller) => {
    const { aiAgentId, questionId } = caller.params;
    return changeQuestion(callOf(context, caller), aiAgentId, questionId, caller.body);
  });
  route(app, context, contract.deleteQuestion, async (caller) => {
    await deleteQuestion(callOf(context, caller), caller.params.aiAgentId, caller.params.questionId);
    return {};
  });

  route(app, context, contract.listTestRuns, async (caller) => ({
    runs: [...(await listTestRuns(callOf(context, caller), caller.params.aiAgentId))],
  }));
  route(app, context, contract.startTestRun, (caller) =>
    startTestRun(callOf(context, caller), caller.params.aiAgentId, caller.body.version),
  );
  route(app, context, contract.readTestRun, (caller) =>
    showTestRun(callOf(context, caller), caller.params.aiAgentId, caller.params.runId),
  );
  route(app, context, contract.cancelTestRun, (caller) =>
    cancelTestRun(callOf(context, caller), caller.params.aiAgentId, caller.params.runId),
  );

  route(app, context, contract.listAiAgentOutcomes, async (caller) => ({
    days: await listOutcomes(callOf(context, caller), caller.params.aiAgentId),
  }));

  route(app, context, contract.readStop, (caller) => readStop(callOf(context, caller)));
  route(app, context, contract.stopAiAgents, (caller) =>
    stopAiAgents(callOf(context, caller), caller.body.stopped),
  );
  route(app, context, contract.readHostStop, (caller) => readHostStop(callOf(context, caller)));
  route(app, context, contract.stopHostAiAgents, (caller) =>
    stopHostAiAgents(callOf(context, caller), caller.body.stopped),
  );
}
