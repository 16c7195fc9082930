/** The most a subscription, or a part of it, may use in a day or month (UTC). */
export interface Budget {
  readonly id: string;
  /** `subscription`, or `feature`, whose name is the subject. */
  readonly scope: string;
  /** Empty for the whole subscription. */
  readonly subject: string;
  readonly metric: 'tokens' | 'nano-usd';
  readonly period: 'day' | 'month';
  readonly most: number;
  /** First day, `YYYY-MM-DD`, of the newest period in which people were told that it runs out, and that it has. */
  readonly warnedFor: string | null;
  readonly usedUpFor: string | null;
}

/** What calls that have ended used. */
export interface Amounts {
  readonly tokens: number;
  readonly nanoUsd: number;
  /** Calls that asked a model. */
  readonly calls: number;
  readonly unpricedCalls: number;
}

/** What was used today and this month, by feature, and when these end. */
export interface Spending {
  readonly today: string;
  readonly dayEndsInSeconds: number;
  readonly monthEndsInSeconds: number;
  readonly byFeature: ReadonlyMap<string, Readonly<Record<Budget['period'], Amounts>>>;
}

export const warningShare = 0.8;

/** First day of the running period. */
export const periodStart = ({ period }: Pick<Budget, 'period'>, today: string): string =>
  period === 'day' ? today : `${today.slice(0, 7)}-01`;

export const covers = ({ scope, subject }: Pick<Budget, 'scope' | 'subject'>, feature: string): boolean =>
  scope === 'subscription' || (scope === 'feature' && subject === feature);

/** What was used of a budget, of both metrics. */
export function spentOn(
  budget: Pick<Budget, 'scope' | 'subject' | 'period'>,
  { byFeature }: Pick<Spending, 'byFeature'>,
): Amounts {
  const sum = { tokens: 0, nanoUsd: 0, calls: 0, unpricedCalls: 0 };
  for (const [feature, { [budget.period]: spent }] of byFeature) {
    if (!covers(budget, feature)) continue;
    sum.tokens += spent.tokens;
    sum.nanoUsd += spent.nanoUsd;
    sum.calls += spent.calls;
    sum.unpricedCalls += spent.unpricedCalls;
  }
  return sum;
}

/** The part of the amounts that the budget counts. */
export const counted = (
  { metric }: Pick<Budget, 'metric'>,
  amounts: Pick<Amounts, 'tokens' | 'nanoUsd'>,
): number => (metric === 'tokens' ? amounts.tokens : amounts.nanoUsd);

export type BudgetStage = 'open' | 'warning' | 'used-up';

export const stageOf = ({ most }: Pick<Budget, 'most'>, used: number): BudgetStage =>
  used >= most ? 'used-up' : used >= most * warningShare ? 'warning' : 'open';
