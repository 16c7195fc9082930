import type { FeedbackReport, ReceiptsQuery, UsageQuery, UsageReport } from '../../contract/usage.ts';
import type { Receipt } from '../../contract/stream-events.ts';
import type { Call } from '../../ports/call.ts';
import type { CallLedger } from './call-ledger.ts';
import { csvOf } from './csv.ts';
import { receiptsPage } from './receipt-queries.ts';
import { countReasons, readTotals, type Days, type UsageLine } from './usage-queries.ts';

type UsageCall = Call<'database'>;
type Ledger = Pick<CallLedger, 'flush'>;

/** Totals of days, with what this process still holds. */
export async function readUsage(
  call: UsageCall,
  ledger: Ledger,
  { from, to, by }: UsageQuery,
): Promise<UsageReport> {
  await ledger.flush();
  const { lines, total } = await call.ports.database.read(call, async (tx) => ({
    lines: await readTotals(tx, { from, to }, by),
    total: await readTotals(tx, { from, to }, 'all'),
  }));
  return {
    from,
    to,
    by,
    total: (total[0] as UsageLine).totals,
    rows: lines.map((line) => ({
      key: line[by] ?? '',
      providerKind: line.providerKind,
      ...line.totals,
    })),
  };
}

/** What agents thought of answers and did with them, by what the answers were made with. */
export async function readFeedback(call: UsageCall, ledger: Ledger, days: Days): Promise<FeedbackReport> {
  await ledger.flush();
  const { lines, reasons } = await call.ports.database.read(call, async (tx) => ({
    lines: await readTotals(tx, days, 'version'),
    reasons: await countReasons(tx, days),
  }));
  return {
    ...days,
    rows: lines.map((line) => {
      const { calls, up, down, inserted, edited, discarded, acceptance, meanEditShare } = line.totals;
      const made = {
        feature: line.feature ?? '',
        promptVersion: line.promptVersion ?? 0,
        providerKind: line.providerKind ?? '',
        model: line.model ?? '',
      };
      const own = reasons.filter(
        (one) =>
          one.feature === made.feature &&
          one.promptVersion === made.promptVersion &&
          one.providerKind === made.providerKind &&
          one.model === made.model,
      );
      return {
        ...made,
        calls,
        up,
        down,
        reasons: Object.fromEntries(own.map(({ reason, count }) => [reason, count])),
        inserted,
        edited,
        discarded,
        acceptance,
        meanEditShare,
      };
    }),
  };
}

/** A page of receipts, newest first; `next` leads to the one after it. */
export async function listReceipts(
  call: UsageCall,
  ledger: Ledger,
  { limit, ...filter }: ReceiptsQuery,
): Promise<{ readonly receipts: Receipt[]; readonly next: string | null }> {
  await ledger.flush();
  const found = await call.ports.database.read(call, (tx) => receiptsPage(tx, filter, limit + 1));
  const receipts = found.slice(0, limit);
  return { receipts, next: found.length > limit ? (receipts.at(-1)?.id ?? null) : null };
}

const header = [
  'day',
  'feature',
  'provider',
  'model',
  'instructions_version',
  'calls',
  'calls_to_a_model',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'estimated_cost_usd',
  'calls_without_known_price',
  'thumbs_up',
  'thumbs_down',
  'inserted',
  'edited',
  'discarded',
];

/** A month, `YYYY-MM`, as CSV: numbers only, no person and no ticket. */
export async function monthCsv(call: UsageCall, ledger: Ledger, month: string): Promise<string> {
  await ledger.flush();
  const [year, number] = month.split('-').map(Number) as [number, number];
  const days = { from: `${month}-01`, to: new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10) };
  const lines = await call.ports.database.read(call, (tx) => readTotals(tx, days, 'line'));
  return csvOf([header, ...lines.map(cellsOf)]);
}

const cellsOf = ({ day, feature, providerKind, model, promptVersion, totals }: UsageLine): string[] => [
  day ?? '',
  feature ?? '',
  providerKind ?? '',
  model ?? '',
  String(promptVersion),
  String(totals.calls),
  String(totals.modelCalls),
  String(totals.inputTokens),
  String(totals.cachedInputTokens),
  String(totals.outputTokens),
  String(totals.reasoningTokens),
  (totals.costNanoUsd / 1e9).toFixed(6),
  String(totals.unpricedCalls),
  String(totals.up),
  String(totals.down),
  String(totals.inserted),
  String(totals.edited),
  String(totals.discarded),
];
