import type { Call } from '../../ports/call.ts';
import type { MonthlyUsage } from '../../ports/subscription-lookups.ts';
import { csvOf } from '../usage/csv.ts';

const header = [
  'month',
  'subscription_id',
  'subscription',
  'calls',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'estimated_cost_usd',
  'calls_without_known_price',
];

/** Monthly usage of every subscription as CSV (RFC 4180): numbers only, no person. Months are `YYYY-MM`, both included. */
export async function usageCsv(call: Call<'database'>, first: string, last: string): Promise<string> {
  const months = await call.ports.database.lookup((functions) => functions.usageByMonth(first, last));
  return csvOf([header, ...months.map(line)]);
}

const line = (usage: MonthlyUsage): string[] => [
  usage.month,
  usage.subscriptionId,
  usage.name,
  String(usage.calls),
  String(usage.inputTokens),
  String(usage.cachedInputTokens),
  String(usage.outputTokens),
  String(usage.reasoningTokens),
  (usage.costNanoUsd / 1e9).toFixed(6),
  String(usage.unpricedCalls),
];
