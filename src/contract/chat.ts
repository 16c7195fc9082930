import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { Problem } from './problem.ts';
import { transient } from './transient.ts';

const kilobyte = 1024;

/** The most characters of one message. */
export const longestMessage = 4_000;
/** The most characters of a history blob. */
export const longestHistory = 64 * kilobyte;

const ofWidget = {
  audience: 'widget',
  permission: { none: 'visitors hold a session of one AI agent, which the handler checks' },
  rateClass: 'read',
} as const;
const ChatPath = z.object({ agentKey: z.string().regex(/^[A-Za-z0-9_-]{22}$/) });
const noAudit = { none: 'counted by day; conversations leave no event' } as const;

/** The conversation so far, sealed by the server; only the newest one of a session, or the one before it once, is taken. */
const History = transient(z.string().min(1).max(longestHistory));
const Locale = z.string().regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/);

/** How the widget looks and greets; nothing of how the agent decides. */
export const WidgetLook = z.object({
  name: z.string(),
  avatar: z.object({ initials: z.string(), colour: z.string(), image: z.string().nullable() }),
  greeting: z.string(),
  starters: z.array(z.string()),
  colour: z.string(),
  /** Black or white, whichever can be read on `colour`. */
  textColour: z.string(),
  position: z.enum(['left', 'right']),
  theme: z.enum(['auto', 'light', 'dark']),
  /** Empty: any. */
  languages: z.array(z.string()),
  offersPerson: z.boolean(),
  /** Null: always open, or no hours are set. */
  open: z.boolean().nullable(),
  turnLimit: z.number().int(),
});
export type WidgetLook = z.infer<typeof WidgetLook>;

/** Asked by the loader before anybody opens the widget; no conversation begins with it. The page's origin must be on the agent's list. */
export const readWidgetLook = endpoint({
  ...ofWidget,
  method: 'GET',
  path: '/v1/chat/:agentKey/look',
  summary: 'How the widget of an AI agent looks',
  audit: { none: 'reads what every visitor sees' },
  bodyLimit: kilobyte,
  params: ChatPath,
  body: z.undefined(),
  response: WidgetLook,
});

/** Asked by the loader on the customer's page, whose origin must be on the agent's list. JSON as text/plain is taken too: then browsers ask nothing before. */
export const openChatSession = endpoint({
  ...ofWidget,
  method: 'POST',
  path: '/v1/chat/:agentKey/sessions',
  summary: 'Begin a conversation with an AI agent, or prolong its session',
  audit: noAudit,
  rateClass: 'session',
  bodyLimit: 16 * kilobyte,
  params: ChatPath,
  body: z.object({
    locale: Locale.default('en'),
    /** HS256, signed by the company with the agent's secret: who the visitor is. */
    identity: z.string().max(8_000).nullable().default(null),
    /** Of this conversation, to prolong it. */
    session: z.string().max(4_000).nullable().default(null),
  }),
  response: z.object({
    session: z.string(),
    /** Seconds after which to prolong it. */
    renewAfterSeconds: z.number().int(),
    /** Of a new conversation; null when one goes on. */
    history: z.string().nullable(),
    look: WidgetLook,
  }),
});

/** What an AI agent does: answers, asks back, gives the conversation to a person, ends it. */
export const chatActions = ['answer', 'ask', 'hand-off', 'end'] as const;
export type ChatAction = (typeof chatActions)[number];

/** Why the words of an answer are the product's own and no model's; null in the answer: a model's. */
export const fixedAnswerReasons = [
  'not-known',
  'no-provider',
  'provider-failed',
  'budget-used-up',
  'turn-limit',
  'refused',
  'small-talk',
  'person-wanted',
] as const;
export type FixedAnswerReason = (typeof fixedAnswerReasons)[number];

/** A passage an answer cites; every one of them was retrieved and holds the cited words. */
export const ChatSource = z.object({
  number: z.number().int(),
  title: z.string(),
  /** Null for files and snippets. */
  url: z.string().nullable(),
  quote: z.string(),
});
export type ChatSource = z.infer<typeof ChatSource>;

/**
 * How calling a person went: a ticket was made or updated; it will be as soon as Zendesk answers; the visitor has to say
 * first how a person can answer; there is no way to.
 */
export const HandOffState = z.enum(['done', 'pending', 'contact-needed', 'unavailable']);
export type HandOffState = z.infer<typeof HandOffState>;

export const ChatAnswer = z.object({
  /** Number of the turn, from 1. */
  turn: z.number().int(),
  action: z.enum(chatActions),
  text: z.string(),
  sources: z.array(ChatSource),
  /** BCP 47. */
  language: z.string(),
  reason: z.enum(fixedAnswerReasons).nullable(),
  /** The widget shows a button that calls a person. */
  offersPerson: z.boolean(),
  handOff: HandOffState.nullable(),
  turnsLeft: z.number().int(),
  /** To be sent with the next turn. */
  history: z.string(),
});
export type ChatAnswer = z.infer<typeof ChatAnswer>;

/** What the stream of a turn says: started, text-delta…, answer, done; or problem. */
export const ChatEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    requestId: z.string(),
    /** The answer comes from the offline demo model. */
    demo: z.boolean(),
  }),
  z.object({ type: z.literal('text-delta'), text: z.string() }),
  /** The checked answer; replaces everything streamed before. */
  z.object({ type: z.literal('answer'), answer: ChatAnswer }),
  z.object({ type: z.literal('problem'), problem: Problem }),
  z.object({ type: z.literal('done') }),
]);
export type ChatEvent = z.infer<typeof ChatEvent>;

/** After a lost answer the same message is sent again with the same history. */
export const takeChatTurn = endpoint({
  ...ofWidget,
  method: 'POST',
  path: '/v1/chat/:agentKey/turns',
  summary: 'Say something to an AI agent',
  audit: noAudit,
  rateClass: 'copilot',
  bodyLimit: longestHistory + 32 * kilobyte,
  answers: 'stream',
  params: ChatPath,
  body: z.object({
    message: transient(z.string().trim().min(1).max(longestMessage)),
    history: History,
    locale: Locale.default('en'),
  }),
  response: ChatAnswer,
});

export const rateChatAnswer = endpoint({
  ...ofWidget,
  method: 'POST',
  path: '/v1/chat/:agentKey/feedback',
  summary: 'Say whether an answer helped',
  audit: noAudit,
  bodyLimit: kilobyte,
  params: ChatPath,
  body: z.object({ turn: z.number().int().min(1).max(50), verdict: z.enum(['up', 'down']) }),
  response: z.object({ counted: z.boolean() }),
});

export const callPerson = endpoint({
  ...ofWidget,
  method: 'POST',
  path: '/v1/chat/:agentKey/hand-off',
  summary: 'Give the conversation to a person',
  audit: noAudit,
  rateClass: 'copilot',
  bodyLimit: longestHistory + 32 * kilobyte,
  params: ChatPath,
  body: z.object({
    history: History,
    locale: Locale.default('en'),
    /** How the person can answer; a visitor the company has named needs none. */
    contact: transient(z.object({ name: z.string().max(200), email: z.email().max(320) }))
      .nullable()
      .default(null),
    note: transient(z.string().max(longestMessage)).nullable().default(null),
  }),
  response: ChatAnswer,
});

/** The last word: the session takes no more turns. */
export const endChat = endpoint({
  ...ofWidget,
  method: 'POST',
  path: '/v1/chat/:agentKey/end',
  summary: 'End a conversation',
  audit: noAudit,
  bodyLimit: longestHistory + 4 * kilobyte,
  params: ChatPath,
  body: z.object({ history: History }),
  response: z.object({ ended: z.boolean() }),
});
