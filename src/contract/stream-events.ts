import { z } from 'zod';
import { Problem } from './problem.ts';

/** Where a cited text comes from; an internal one must not reach a customer unasked. */
export const Source = z.object({
  number: z.number().int(),
  title: z.string(),
  url: z.string().nullable(),
  origin: z.enum(['help-center', 'similar-ticket', 'knowledge']),
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
  providerKind: z.string(),
  providerHost: z.string(),
  model: z.string(),
  demo: z.boolean(),
  commentsSent: z.number().int(),
  sourcesSent: z.number().int(),
  valuesMasked: z.number().int(),
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

/** What a copilot stream says, in order: started, progress…, sources?, text-delta… or partial…, citation…, output, usage, done; or problem. */
export const StreamEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    requestId: z.string(),
    feature: z.string(),
    model: z.string(),
    demo: z.boolean(),
  }),
  z.object({
    type: z.literal('progress'),
    stage: ProgressStage,
    done: z.number().optional(),
    total: z.number().optional(),
  }),
  z.object({ type: z.literal('sources'), sources: z.array(Source) }),
  z.object({ type: z.literal('text-delta'), text: z.string() }),
  /** The structured output as far as it has arrived; not yet checked. */
  z.object({ type: z.literal('partial'), value: z.unknown() }),
  z.object({ type: z.literal('citation'), citation: Citation }),
  /** The checked output; replaces everything streamed before. */
  z.object({ type: z.literal('output'), value: z.unknown() }),
  z.object({ type: z.literal('usage'), receipt: Receipt }),
  z.object({ type: z.literal('problem'), problem: Problem }),
  z.object({ type: z.literal('done') }),
]);
export type StreamEvent = z.infer<typeof StreamEvent>;
