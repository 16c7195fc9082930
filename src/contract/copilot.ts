import { z } from 'zod';
import { AboutTicket } from './abilities.ts';
import { endpoint } from './endpoint.ts';
import { transient } from './transient.ts';
import { Citation, Receipt, Source } from './stream-events.ts';

export const featureNames = [
  'ticket-insight',
  'summarize-ticket',
  'suggest-reply',
  'rewrite-text',
  'similar-tickets',
  'suggest-macros',
  'suggest-tags',
  'triage-ticket',
  'find-duplicates',
  'predict-escalation',
  'review-quality',
  'ask',
] as const;
export type FeatureName = (typeof featureNames)[number];

/** The language tag (BCP 47) of the agent's screen. */
export const AgentLocale = z
  .string()
  .regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/)
  .default('en');

export const SummarizeTicketInput = z.object({
  ticketId: z.number().int().positive(),
  locale: AgentLocale,
  includeInternalNotes: z.boolean().default(true),
  /** Only what happened after this comment id, for a reopened or revisited ticket. */
  sinceCommentId: z.number().int().positive().nullable().default(null),
});
export const TicketSummary = z.object({
  wants: z.string(),
  facts: z.array(z.string()),
  happened: z.array(z.string()),
  open: z.array(z.string()),
  next: z.string().nullable(),
  changed: z.array(z.string()),
  /** Newest comment the summary has read. */
  lastCommentId: z.number().int().nullable(),
  commentsRead: z.number().int(),
  commentsLeftOut: z.number().int(),
});
export type TicketSummary = z.infer<typeof TicketSummary>;

export const ConfidenceReason = z.object({
  code: z.enum([
    'good-match',
    'some-match',
    'weak-match',
    'no-sources',
    'citations-checked',
    'citation-dropped',
    'missing-facts',
    'only-internal',
    'links-removed',
    'sensitive-topic',
    'vague-question',
  ]),
  /** Points added or taken, out of 100. */
  points: z.number().int(),
});
export const Confidence = z.object({
  score: z.number().int().min(0).max(100),
  level: z.enum(['high', 'medium', 'low']),
  reasons: z.array(ConfidenceReason),
});
export type Confidence = z.infer<typeof Confidence>;

export const SuggestReplyInput = z.object({
  ticketId: z.number().int().positive(),
  locale: AgentLocale,
  /** What the agent wants said. */
  instruction: transient(z.string().max(2_000)).optional(),
  /** Works on the earlier draft instead of starting anew. */
  adjust: z.enum(['shorter', 'warmer']).optional(),
  draft: transient(z.string().max(20_000)).optional(),
});
export const SuggestedReply = z.object({
  /** Empty when there is no draft; then `missing` or `confidence` says why. */
  text: z.string(),
  citations: z.array(Citation),
  sources: z.array(Source),
  /** Questions to the agent: facts the draft would need. */
  missing: z.array(z.string()),
  language: z.string(),
  confidence: Confidence,
  usesInternalSource: z.boolean(),
});
export type SuggestedReply = z.infer<typeof SuggestedReply>;

export const rewriteModes = [
  'fix-grammar',
  'shorten',
  'expand',
  'simplify',
  'friendlier',
  'formal',
  'translate',
  'custom',
] as const;
export const RewriteTextInput = z.object({
  ticketId: z.number().int().positive().nullable().default(null),
  locale: AgentLocale,
  mode: z.enum(rewriteModes),
  /** Plain text, or HTML when `html`. */
  text: transient(z.string().min(1).max(50_000)),
  html: z.boolean().default(false),
  instruction: transient(z.string().max(2_000)).optional(),
  targetLanguage: AgentLocale.optional(),
});
export const RewrittenText = z.object({
  text: z.string(),
  changed: z.boolean(),
});
export type RewrittenText = z.infer<typeof RewrittenText>;

const kilobyte = 1024;

/** Runs one feature; `accept: application/json` gives one body of `{output, receipt}`, otherwise the answer streams. */
export const runFeature = endpoint({
  method: 'POST',
  path: '/v1/copilot/:feature',
  summary: 'Run a copilot feature',
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  audit: { none: 'call audit is appended in batches with the receipts' },
  rateClass: 'copilot',
  bodyLimit: 256 * kilobyte,
  answers: 'stream',
  params: z.object({ feature: z.string() }),
  body: z.unknown(),
  response: z.object({ output: z.unknown(), receipt: Receipt, degraded: z.string().nullable() }),
});

/** What a feature would send to the model for this body, without sending it: the glass prompt. */
export const showPrompt = endpoint({
  method: 'POST',
  path: '/v1/copilot/:feature/prompt',
  summary: 'Show what a feature would send to the model',
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  audit: { none: 'sends nothing to a model' },
  rateClass: 'copilot',
  bodyLimit: 256 * kilobyte,
  params: z.object({ feature: z.string() }),
  body: z.unknown(),
  response: z.object({ system: z.string(), user: z.string() }),
});

/** Runs a feature with other instructions, for admins of the Zendesk account; nothing is saved. */
export const tryInstructions = endpoint({
  method: 'POST',
  path: '/v1/copilot/:feature/try',
  summary: 'Try instructions on a ticket',
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  audit: { none: 'call audit is appended in batches with the receipts' },
  rateClass: 'copilot',
  bodyLimit: 256 * kilobyte,
  answers: 'stream',
  params: z.object({ feature: z.string() }),
  body: z.object({ instructions: z.string().trim().min(1).max(8_000), input: z.unknown() }),
  response: z.object({ output: z.unknown(), receipt: Receipt, degraded: z.string().nullable() }),
});

/** Opens a ticket: the stream of `ticket-insight`, and between its events a `card` of each ability that needs no model. */
export const openTicket = endpoint({
  method: 'POST',
  path: '/v1/copilot/open',
  summary: 'Open a ticket: insight, summary and every card at once',
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  audit: { none: 'call audit is appended in batches with the receipts' },
  rateClass: 'copilot',
  bodyLimit: kilobyte,
  answers: 'stream',
  params: z.object({}),
  body: AboutTicket,
  response: z.object({ output: z.unknown(), receipt: Receipt, degraded: z.string().nullable() }),
});

/** What the sidebar shows before any ticket content: who is signed in, which features work, which model answers. */
export const sidebarState = endpoint({
  method: 'GET',
  path: '/v1/sidebar/state',
  summary: 'What the sidebar can do for this agent',
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  audit: { none: 'reads settings only' },
  rateClass: 'read',
  bodyLimit: kilobyte,
  params: z.object({}),
  body: z.undefined(),
  response: z.object({
    subscription: z.string(),
    features: z.array(z.object({ name: z.string(), title: z.string(), enabled: z.boolean() })),
    provider: z
      .object({ kind: z.string(), model: z.string(), host: z.string(), demo: z.boolean() })
      .nullable(),
    zendesk: z.object({
      subdomain: z.string(),
      status: z.enum(['connected', 'reconnect-needed', 'not-connected']),
    }),
    /** What the lead has set: the sidebar follows the list of the role Zendesk says the agent has. */
    sidebarRules: z.object({
      draftOnOpen: z.boolean(),
      hidden: z.object({ agent: z.array(z.enum(featureNames)), admin: z.array(z.enum(featureNames)) }),
    }),
  }),
});

/** Prolongs the session of an open panel, up to 12 hours after Zendesk signed it in. */
export const renewSession = endpoint({
  method: 'POST',
  path: '/v1/sidebar/session',
  summary: 'Prolong the session of an open panel',
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  audit: { none: 'prolongs what a signed sign-in has begun' },
  rateClass: 'session',
  bodyLimit: kilobyte,
  params: z.object({}),
  body: z.unknown(),
  response: z.object({ session: z.string(), renewAfterSeconds: z.number().int() }),
});

/** The receipts of one ticket, newest first. */
export const listReceipts = endpoint({
  method: 'GET',
  path: '/v1/sidebar/receipts/:ticketId',
  summary: 'Receipts of the calls made for a ticket',
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  audit: { none: 'reads content-free records' },
  rateClass: 'read',
  bodyLimit: kilobyte,
  params: z.object({ ticketId: z.coerce.number().int().positive() }),
  body: z.undefined(),
  response: z.object({ receipts: z.array(Receipt) }),
});
