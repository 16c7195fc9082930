import { z } from 'zod';
import { MaskedCounts } from './masking.ts';
import { Problem } from './problem.ts';

/** Where a cited text comes from; an internal one must not reach a customer unasked. */
export const Source = z.object({
  number: z.number().int(),
  title: z.string(),
  url: z.string().nullable(),
  origin: z.enum(['help-center', 'similar-ticket', 'customer-ticket', 'knowledge']),
  internal: z.boolean(),
});
export type Source = z.infer<typeof Source>;

/** A checked citation: the source was retrieved and the quote really stands in it. */
export const Citation = z.object({ source: z.number().int(), quote: z.string() });
export type Citation = z.infer<typeof Citation>;

/** How sure a cost is: told by the provider, exact catalogue entry, a relative of it, estimated counts, or unknown. */
export const CostQuality = z.enum(['provider', 'catalog', 'family', 'estimated', 'unknown']);
export type CostQuality = z.infer<typeof CostQuality>;

/** The content-free record of one call. Tokens by class; `inputTokens` includes cached, `outputTokens` includes reasoning. */
export const Receipt = z.object({
  id: z.string(),
  feature: z.string(),
  ticketId: z.number().int().nullable(),
  at: z.string(),
  /** `none`: no model was asked. */
  providerKind: z.string(),
  providerHost: z.string(),
  model: z.string(),
  /** Of the instructions; 0: the default. */
  promptVersion: z.number().int(),
  demo: z.boolean(),
  commentsSent: z.number().int(),
  sourcesSent: z.number().int(),
  /** How many different values were masked, and how many of each kind. */
  valuesMasked: z.number().int(),
  masked: MaskedCounts,
  providerCalls: z.number().int(),
  helpDeskCalls: z.number().int(),
  inputTokens: z.number().int(),
  cachedInputTokens: z.number().int(),
  outputTokens: z.number().int(),
  reasoningTokens: z.number().int(),
  /** Billionths of a US dollar; null when the price is not known. */
  costNanoUsd: z.number().int().nullable(),
  costQuality: CostQuality,
  outcome: z.string(),
  durationMs: z.number(),
});
export type Receipt = z.infer<typeof Receipt>;

export const ProgressStage = z.enum([
  'reading-ticket',
  'finding-sources',
  'summarising-parts',
  'writing',
  'checking',
]);
export type ProgressStage = z.infer<typeof ProgressStage>;

/** What a copilot stream says, in order: started, progress…, prompt?, sources?, text-delta… or partial…, citation…, output, usage, done; or problem. */
export const StreamEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    requestId: z.string(),
    feature: z.string(),
    /** Null: no model is asked. */
    model: z.string().nullable(),
    demo: z.boolean(),
  }),
  z.object({
    type: z.literal('progress'),
    stage: ProgressStage,
    done: z.number().optional(),
    total: z.number().optional(),
  }),
  /** What the model is sent, when the request asks for it by `x-show-prompt: true`; masked values stand as their tokens. */
  z.object({ type: z.literal('prompt'), system: z.string(), user: z.string() }),
  z.object({ type: z.literal('sources'), sources: z.array(Source) }),
  z.object({ type: z.literal('text-delta'), text: z.string() }),
  /** The structured output as far as it has arrived; not yet checked. */
  z.object({ type: z.literal('partial'), value: z.unknown() }),
  z.object({ type: z.literal('citation'), citation: Citation }),
  /** The checked output; replaces everything streamed before. */
  z.object({
    type: z.literal('output'),
    value: z.unknown(),
    /** Why only evidence answered although the feature has a model: the type of a problem. */
    degraded: z.string().nullable(),
  }),
  /** While a ticket opens: the output of another ability, or why it has none. */
  z.object({ type: z.literal('card'), feature: z.string(), value: z.unknown() }),
  z.object({ type: z.literal('card-problem'), feature: z.string(), problem: Problem }),
  z.object({ type: z.literal('usage'), receipt: Receipt }),
  z.object({ type: z.literal('problem'), problem: Problem }),
  z.object({ type: z.literal('done') }),
]);
export type StreamEvent = z.infer<typeof StreamEvent>;
