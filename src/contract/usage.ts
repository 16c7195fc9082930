import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { FeedbackReason } from './feedback.ts';
import { CostQuality, Receipt } from './stream-events.ts';

const reads = {
  audience: 'console',
  method: 'GET',
  permission: { permission: 'usage:read' },
  audit: { none: 'reads numbers' },
  rateClass: 'read',
  bodyLimit: 1024,
  params: z.object({}),
  body: z.undefined(),
} as const;

const longestDays = 400;
const Day = z.iso.date();

/** Days of UTC, both included; at most 400 of them. */
const Days = z.object({ from: Day, to: Day });
const isSpan = ({ from, to }: { from: string; to: string }): boolean =>
  from <= to && (Date.parse(to) - Date.parse(from)) / 86_400_000 < longestDays;
const span = { message: `From a day to a later one, at most ${longestDays} days`, path: ['from'] };

export const FeedbackQuery = Days.refine(isSpan, span);
export const UsageQuery = Days.extend({ by: z.enum(['feature', 'model', 'day']).default('day') }).refine(
  isSpan,
  span,
);
export type UsageQuery = z.infer<typeof UsageQuery>;

/** What calls used and what became of their answers. `inputTokens` includes cached, `outputTokens` includes reasoning. */
export const UsageTotals = z.object({
  calls: z.number().int(),
  /** Of them, those that asked a model. */
  modelCalls: z.number().int(),
  inputTokens: z.number().int(),
  cachedInputTokens: z.number().int(),
  outputTokens: z.number().int(),
  reasoningTokens: z.number().int(),
  /** Billionths of a US dollar; calls of unknown price are not in it. */
  costNanoUsd: z.number().int(),
  /** Calls that asked a model, by how sure their cost is. */
  costQuality: z.record(CostQuality, z.number().int()),
  unpricedCalls: z.number().int(),
  up: z.number().int(),
  down: z.number().int(),
  inserted: z.number().int(),
  edited: z.number().int(),
  discarded: z.number().int(),
  /** Share of answers of known fate that were used, 0 to 100; null: none is known. */
  acceptance: z.number().int().nullable(),
  /** Mean share of a used answer that was changed, 0 to 100; null: not known. */
  meanEditShare: z.number().int().nullable(),
});
export type UsageTotals = z.infer<typeof UsageTotals>;

export const UsageReport = Days.extend({
  by: z.enum(['feature', 'model', 'day']),
  total: UsageTotals,
  /** `key` is a feature, a day, or a model; of models `providerKind` says whose, `none` when no model was asked. */
  rows: z.array(UsageTotals.extend({ key: z.string(), providerKind: z.string().nullable() })),
});
export type UsageReport = z.infer<typeof UsageReport>;

export const readUsage = endpoint({
  ...reads,
  path: '/v1/usage',
  summary: 'Calls, tokens, cost and acceptance by feature, model or day',
  response: UsageReport,
});

export const FeedbackReport = Days.extend({
  rows: z.array(
    z.object({
      feature: z.string(),
      /** Of the instructions; 0: the default. */
      promptVersion: z.number().int(),
      providerKind: z.string(),
      model: z.string(),
      calls: z.number().int(),
      up: z.number().int(),
      down: z.number().int(),
      /** Of `down`; known for 90 days. */
      reasons: z.partialRecord(FeedbackReason, z.number().int()),
      inserted: z.number().int(),
      edited: z.number().int(),
      discarded: z.number().int(),
      acceptance: z.number().int().nullable(),
      meanEditShare: z.number().int().nullable(),
    }),
  ),
});
export type FeedbackReport = z.infer<typeof FeedbackReport>;

export const readFeedback = endpoint({
  ...reads,
  path: '/v1/usage/feedback',
  summary: 'Feedback and acceptance by feature, version of the instructions and model',
  response: FeedbackReport,
});

export const ReceiptsQuery = z.object({
  /** The `next` of the page before. */
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  feature: z.string().max(80).optional(),
  model: z.string().max(200).optional(),
  /** `ok`, `aborted`, or the type of a problem. */
  outcome: z.string().max(80).optional(),
});
export type ReceiptsQuery = z.infer<typeof ReceiptsQuery>;

export const listUsageReceipts = endpoint({
  ...reads,
  path: '/v1/usage/receipts',
  summary: 'Receipts of single calls, newest first',
  response: z.object({ receipts: z.array(Receipt), next: z.string().nullable() }),
});

/** The answer is `text/csv`, a line for each day, feature, model and version of the instructions. */
export const monthCsv = endpoint({
  ...reads,
  path: '/v1/usage/:month.csv',
  summary: 'Usage of a month as CSV',
  params: z.object({ month: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/) }),
  response: z.undefined(),
});
