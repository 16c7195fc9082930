import { sql, type RawBuilder } from 'kysely';
import type { FeedbackReason } from '../../contract/feedback.ts';
import type { UsageTotals } from '../../contract/usage.ts';
import type { ReadTransaction } from '../../ports/database.ts';

/** Days of UTC, `YYYY-MM-DD`, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** What one line of totals is about; null where it is about all. */
export interface UsageLine {
  readonly day: string | null;
  readonly feature: string | null;
  readonly providerKind: string | null;
  readonly model: string | null;
  readonly promptVersion: number | null;
  readonly totals: UsageTotals;
}

type Group = 'all' | 'feature' | 'model' | 'day' | 'version' | 'line';
type Column = 'day' | 'feature' | 'provider_kind' | 'model' | 'prompt_version';
const columnsOf: Readonly<Record<Group, readonly Column[]>> = {
  all: [],
  feature: ['feature'],
  model: ['provider_kind', 'model'],
  day: ['day'],
  version: ['feature', 'prompt_version', 'provider_kind', 'model'],
  line: ['day', 'feature', 'provider_kind', 'model', 'prompt_version'],
};

type Sums = Readonly<Record<string, string | null>>;

/** Totals of the days, a line for each value of what they are grouped by. */
export async function readTotals(tx: ReadTransaction, { from, to }: Days, by: Group): Promise<UsageLine[]> {
  const columns = columnsOf[by];
  const keys = columns.map((column): RawBuilder<unknown> => sql.ref(column));
  const shown = columns.map((column) =>
    column === 'day' ? sql`to_char(day, 'YYYY-MM-DD') as day` : sql.ref(column),
  );
  const query = sql<Sums & { readonly prompt_version?: number }>`
    select ${sql.join([...shown, ...sums])} from app.usage_day
    where day between ${from}::date and ${to}::date
    ${keys.length === 0 ? sql`` : sql`group by ${sql.join(keys)} order by ${sql.join(keys)}`}`;
  return (await query.execute(tx)).rows.map((row) => ({
    day: row['day'] ?? null,
    feature: row['feature'] ?? null,
    providerKind: row['provider_kind'] ?? null,
    model: row['model'] ?? null,
    promptVersion: row.prompt_version ?? null,
    totals: totalsOf(row),
  }));
}

const summed = [
  'calls',
  'model_calls',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_nano_usd',
  'unpriced_calls',
  'provider_cost_calls',
  'catalog_cost_calls',
  'family_cost_calls',
  'estimated_cost_calls',
  'verdicts_up',
  'verdicts_down',
  'answers_inserted',
  'answers_edited',
  'answers_discarded',
  'edit_shares',
  'edit_share_sum',
] as const;
const sums = summed.map((column) => sql`coalesce(sum(${sql.ref(column)}), 0)::text as ${sql.ref(column)}`);

function totalsOf(row: Sums): UsageTotals {
  const count = (column: (typeof summed)[number]): number => Number(row[column]);
  const priced = {
    provider: count('provider_cost_calls'),
    catalog: count('catalog_cost_calls'),
    family: count('family_cost_calls'),
    estimated: count('estimated_cost_calls'),
  };
  const known = priced.provider + priced.catalog + priced.family + priced.estimated;
  const used = count('answers_inserted') + count('answers_edited');
  const fates = used + count('answers_discarded');
  return {
    calls: count('calls'),
    modelCalls: count('model_calls'),
    inputTokens: count('input_tokens'),
    cachedInputTokens: count('cached_input_tokens'),
    outputTokens: count('output_tokens'),
    reasoningTokens: count('reasoning_tokens'),
    costNanoUsd: count('cost_nano_usd'),
    costQuality: { ...priced, unknown: Math.max(0, count('model_calls') - known) },
    unpricedCalls: count('unpriced_calls'),
    up: count('verdicts_up'),
    down: count('verdicts_down'),
    inserted: count('answers_inserted'),
    edited: count('answers_edited'),
    discarded: count('answers_discarded'),
    acceptance: fates === 0 ? null : Math.round((100 * used) / fates),
    meanEditShare:
      count('edit_shares') === 0 ? null : Math.round(count('edit_share_sum') / count('edit_shares')),
  };
}

export interface ReasonCount {
  readonly feature: string;
  readonly promptVersion: number;
  readonly providerKind: string;
  readonly model: string;
  readonly reason: FeedbackReason;
  readonly count: number;
}

/** Why answers did not help, from the receipts that are still there. */
export async function countReasons(tx: ReadTransaction, { from, to }: Days): Promise<ReasonCount[]> {
  const query = sql<Omit<ReasonCount, 'count'> & { readonly count: string }>`
    select feature, prompt_version as "promptVersion", provider_kind as "providerKind", model,
      verdict_reason as reason, count(*) as count
    from app.receipt
    where verdict = 'down' and verdict_reason is not null
      and at >= ${from}::date::timestamp at time zone 'UTC'
      and at < (${to}::date + 1)::timestamp at time zone 'UTC'
    group by 1, 2, 3, 4, 5 order by count(*) desc, 5`;
  return (await query.execute(tx)).rows.map((row) => ({ ...row, count: Number(row.count) }));
}
