import { z } from 'zod';
import { chatActions, ChatSource, fixedAnswerReasons, HandOffState, longestMessage } from './chat.ts';
import { endpoint } from './endpoint.ts';
import { knowledgeKinds } from './knowledge.ts';
import { Problem } from './problem.ts';
import { Receipt } from './stream-events.ts';
import { transient } from './transient.ts';

const kilobyte = 1024;

/** Messages of a conversation that is tried out. */
export const longestTrial = 60;

/** Why a person is called. */
export const handOffCauses = ['visitor', 'agent', 'promise', 'unanswered', 'failure'] as const;

/** What a conversation knows beside its messages: given back with the next question. */
const TrialState = z.object({
  /** BCP 47; null: nothing has told it yet. */
  language: z.string().max(40).nullable(),
  /** Turns in a row without an answer. */
  unanswered: z.number().int().min(0).max(longestTrial),
  /** A person was called: the AI agent keeps silent. */
  handedOff: z.boolean(),
});
export type TrialState = z.infer<typeof TrialState>;

const Found = z.object({ place: z.number().int(), score: z.number() }).nullable();

/** A passage as retrieval found it. */
const TrialPassage = z.object({
  /** As the model was told; null: it was not sent. */
  number: z.number().int().nullable(),
  sourceId: z.uuid(),
  kind: z.enum(knowledgeKinds),
  title: z.string(),
  headingPath: z.array(z.string()),
  page: z.number().int().nullable(),
  url: z.string().nullable(),
  text: z.string(),
  /** What orders them: of words alone, or of both ways together. */
  score: z.number(),
  words: Found,
  /** `score` is the cosine. */
  vector: Found,
  /** For the company's own eyes: left out of what visitors are answered from. */
  internal: z.boolean(),
  /** The model cites it. */
  cited: z.boolean(),
  /** The quote was found in it, so that the visitor sees the citation. */
  verified: z.boolean(),
});
export type TrialPassage = z.infer<typeof TrialPassage>;

/** One search for passages; there are two when the model asks for other words. */
const TrialSearch = z.object({
  mode: z.enum(['lexical', 'fused']),
  /** False: nothing reaches the floor, and the AI agent says that it does not know. */
  sure: z.boolean(),
  /** Share of the question's words (weighed by how rare they are) that one passage holds, and that it must hold; null: nothing was found. */
  floor: z.object({ reached: z.number(), needed: z.number() }).nullable(),
  passages: z.array(TrialPassage),
});

/** What a visitor would have got, and how it came about. */
export const Trial = z.object({
  answer: z.object({
    action: z.enum(chatActions),
    text: z.string(),
    sources: z.array(ChatSource),
    language: z.string(),
    reason: z.enum(fixedAnswerReasons).nullable(),
    offersPerson: z.boolean(),
    handOff: HandOffState.nullable(),
  }),
  /** A person would have been called, and why; nobody was. */
  calls: z.enum(handOffCauses).nullable(),
  searches: z.array(TrialSearch),
  /** What the model was sent, call by call; masked values stand as their tokens. */
  prompts: z.array(z.object({ system: z.string(), user: z.string() })),
  /** Tokens, cost and time. */
  receipt: Receipt,
  state: TrialState,
});
export type Trial = z.infer<typeof Trial>;

/** What the stream of a trial says: started, text-delta…, trial, done; or problem. */
export const TrialEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), requestId: z.string(), demo: z.boolean() }),
  z.object({ type: z.literal('text-delta'), text: z.string() }),
  z.object({ type: z.literal('trial'), trial: Trial }),
  z.object({ type: z.literal('problem'), problem: Problem }),
  z.object({ type: z.literal('done') }),
]);
export type TrialEvent = z.infer<typeof TrialEvent>;

const Locale = z.string().regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/);
const Message = z.object({ from: z.enum(['visitor', 'agent']), text: z.string().min(1).max(longestMessage) });

/** Nothing of it is stored: a receipt counts it against the budgets, and the counts of visitors do not. */
export const tryAiAgent = endpoint({
  audience: 'console',
  method: 'POST',
  path: '/v1/ai-agents/:aiAgentId/versions/:version/trials',
  summary: 'Try a version of an AI agent: its answer, the passages it found and the prompt',
  permission: { permission: 'settings:write' },
  audit: { none: 'keeps nothing; a receipt counts it' },
  rateClass: 'copilot',
  bodyLimit: 256 * kilobyte,
  answers: 'stream',
  params: z.object({ aiAgentId: z.uuid(), version: z.coerce.number().int().positive() }),
  body: z.object({
    /** Oldest first; the last one is the visitor's. */
    messages: transient(
      z
        .array(Message)
        .min(1)
        .max(longestTrial)
        .refine((messages) => messages.at(-1)?.from === 'visitor', 'The visitor speaks last'),
    ),
    /** Of the visitor's browser. */
    locale: Locale.default('en'),
    state: TrialState.default({ language: null, unanswered: 0, handedOff: false }),
  }),
  response: Trial,
});
