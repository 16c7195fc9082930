import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { transient } from './transient.ts';

const kilobyte = 1024;
const nothing = z.object({});

/** Of an AI agent. */
export const mostQuestions = 200;
/** Runs that are kept. */
export const mostTestRuns = 20;

export const testRunStates = ['running', 'done', 'cancelled', 'failed'] as const;
export type TestRunState = (typeof testRunStates)[number];
/** `error`: there was no answer to judge: no provider, no budget. */
export const testOutcomes = ['passed', 'failed', 'error'] as const;
export type TestOutcome = (typeof testOutcomes)[number];

/** Why a question did not pass. */
export const testReasons = [
  'not-answered',
  'knew-after-all',
  'not-handed-off',
  'source-not-cited',
  'word-missing',
  'word-forbidden',
  'wrong-language',
  'no-provider',
  'provider-failed',
  'budget-used-up',
  'failed',
] as const;
export type TestReason = (typeof testReasons)[number];

const phrase = z.string().trim().min(1).max(200);
const Language = z.string().regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/);

const Question = z.object({
  question: z.string().trim().min(1).max(2_000),
  /** Of the visitor's browser; the answer has to be in it unless the question is plainly in another. */
  language: Language,
  expects: z.object({
    /** What the AI agent has to do. */
    outcome: z.enum(['answer', 'not-known', 'hand-off', 'any']),
    /** Every one of these has to be cited. */
    sourceIds: z.array(z.uuid()).max(10),
    /** Every one of these has to stand in the answer; case and spacing make no difference. */
    contains: z.array(phrase).max(20),
    /** None of these may. */
    excludes: z.array(phrase).max(20),
  }),
});
export type Question = z.infer<typeof Question>;
/** As it is stored. */
export const StoredQuestion = Question;

export const QuestionView = Question.extend({ id: z.uuid(), updatedAt: z.string() });
export type QuestionView = z.infer<typeof QuestionView>;

const Counts = z.object({ passed: z.number().int(), failed: z.number().int(), errors: z.number().int() });
export const TestRunView = z.object({
  id: z.uuid(),
  /** Of the settings. */
  version: z.number().int(),
  state: z.enum(testRunStates),
  total: z.number().int(),
  ...Counts.shape,
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  /** Of the problem it failed with. */
  problem: z.string().nullable(),
});
export type TestRunView = z.infer<typeof TestRunView>;

export const TestResultView = z.object({
  questionId: z.uuid(),
  outcome: z.enum(testOutcomes),
  reasons: z.array(z.enum(testReasons)),
  /** In the run before; null: it was not asked. */
  before: z.enum(testOutcomes).nullable(),
});
export type TestResultView = z.infer<typeof TestResultView>;

const AgentPath = z.object({ aiAgentId: z.uuid() });
const QuestionPath = AgentPath.extend({ questionId: z.uuid() });
const RunPath = AgentPath.extend({ runId: z.uuid() });
const reads = {
  audience: 'console',
  method: 'GET',
  permission: { permission: 'settings:read' },
  rateClass: 'read',
  bodyLimit: kilobyte,
  body: z.undefined(),
} as const;
const changes = {
  audience: 'console',
  permission: { permission: 'settings:write' },
  rateClass: 'write',
  bodyLimit: 32 * kilobyte,
} as const;

export const listQuestions = endpoint({
  ...reads,
  path: '/v1/ai-agents/:aiAgentId/questions',
  summary: 'Questions an AI agent is tested by',
  audit: { none: 'reads what the lead typed' },
  params: AgentPath,
  response: z.object({ questions: z.array(QuestionView) }),
});

/** Refused with `conflict` when there are 200. */
export const createQuestion = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/ai-agents/:aiAgentId/questions',
  summary: 'Save a question to test an AI agent by',
  audit: { event: 'ai-agent.question-created' },
  params: AgentPath,
  body: transient(Question),
  response: QuestionView,
});

export const changeQuestion = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/ai-agents/:aiAgentId/questions/:questionId',
  summary: 'Change a question',
  audit: { event: 'ai-agent.question-changed' },
  params: QuestionPath,
  body: transient(Question),
  response: QuestionView,
});

export const deleteQuestion = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/ai-agents/:aiAgentId/questions/:questionId',
  summary: 'Delete a question',
  audit: { event: 'ai-agent.question-deleted' },
  params: QuestionPath,
  body: z.unknown(),
  response: nothing,
});

export const listTestRuns = endpoint({
  ...reads,
  path: '/v1/ai-agents/:aiAgentId/test-runs',
  summary: 'Runs of the questions, newest first',
  audit: { none: 'reads numbers' },
  params: AgentPath,
  response: z.object({ runs: z.array(TestRunView) }),
});

/** Every answer is made as for a visitor and costs as much. Refused with `conflict` while one runs, and without questions. */
export const startTestRun = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/ai-agents/:aiAgentId/test-runs',
  summary: 'Ask an AI agent all saved questions',
  audit: { event: 'ai-agent.test-began' },
  params: AgentPath,
  body: z.object({ version: z.number().int().positive() }),
  response: TestRunView,
});

export const readTestRun = endpoint({
  ...reads,
  path: '/v1/ai-agents/:aiAgentId/test-runs/:runId',
  summary: 'What came of a run, question by question',
  audit: { none: 'reads codes' },
  params: RunPath,
  response: z.object({ run: TestRunView, results: z.array(TestResultView) }),
});

/** What was answered until then stays. */
export const cancelTestRun = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/ai-agents/:aiAgentId/test-runs/:runId',
  summary: 'Stop a run',
  audit: { event: 'ai-agent.test-cancelled' },
  params: RunPath,
  body: z.unknown(),
  response: TestRunView,
});

/** How conversations of a day (UTC) ended, as their tickets in Zendesk say. */
export const AiAgentOutcome = z.object({
  day: z.string(),
  /** Conversations that began, as the chat counted them. */
  conversations: z.number().int(),
  handedOff: z.number().int(),
  /** The visitor said that it helped. */
  confirmed: z.number().int(),
  /** Ended without a word. */
  silent: z.number().int(),
  /** The same person came again within seven days; of those not handed off. */
  cameBack: z.number().int(),
  /** Without a ticket, or not counted yet. */
  unknown: z.number().int(),
  /** Null: the tickets of that day were not counted yet. */
  countedAt: z.string().nullable(),
});
export type AiAgentOutcome = z.infer<typeof AiAgentOutcome>;

/** The newest 90 days with conversations, newest first. */
export const listAiAgentOutcomes = endpoint({
  ...reads,
  path: '/v1/ai-agents/:aiAgentId/outcomes',
  summary: 'How conversations with an AI agent ended, by day: numbers only',
  permission: { permission: 'usage:read' },
  audit: { none: 'reads numbers' },
  params: AgentPath,
  response: z.object({ days: z.array(AiAgentOutcome) }),
});

/** Who stopped the AI agents: the operator of the host, the subscription itself, nobody. */
export const Stopped = z.object({ stopped: z.enum(['host', 'subscription']).nullable() });
export type Stopped = z.infer<typeof Stopped>;

export const readStop = endpoint({
  ...reads,
  path: '/v1/ai-agents-stop',
  summary: 'Whether all AI agents are stopped, and by whom',
  audit: { none: 'reads a switch' },
  params: nothing,
  response: Stopped,
});

/** Takes effect within seconds; conversations under way end. */
export const stopAiAgents = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/ai-agents-stop',
  summary: 'Stop all AI agents of the subscription, or let them go on',
  audit: { event: 'ai-agents.stopped' },
  params: nothing,
  body: z.object({ stopped: z.boolean() }),
  response: Stopped,
});

const ofOperator = {
  audience: 'operator',
  bodyLimit: kilobyte,
  params: nothing,
} as const;

export const readHostStop = endpoint({
  ...ofOperator,
  method: 'GET',
  path: '/v1/operator/ai-agents-stop',
  summary: 'Whether the AI agents of every subscription are stopped',
  permission: { permission: 'subscriptions:read' },
  rateClass: 'read',
  audit: { none: 'reads a switch' },
  body: z.undefined(),
  response: z.object({ stopped: z.boolean() }),
});

/** Takes effect within seconds on every replica; conversations under way end. */
export const stopHostAiAgents = endpoint({
  ...ofOperator,
  method: 'PUT',
  path: '/v1/operator/ai-agents-stop',
  summary: 'Stop the AI agents of every subscription, or let them go on',
  permission: { permission: 'subscriptions:write' },
  rateClass: 'write',
  audit: { event: 'ai-agents.host-stopped' },
  body: z.object({ stopped: z.boolean() }),
  response: z.object({ stopped: z.boolean() }),
});
