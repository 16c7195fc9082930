import type { SubscriptionStatus } from './schema/subscriptions.ts';

/** One line of the operator's list. */
export interface SubscriptionLine {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  readonly tier: string;
  readonly status: SubscriptionStatus;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly heldSince: Date | null;
  readonly keyLastFour: string | null;
  /** A month; null: no limit. */
  readonly requestQuota: number | null;
  readonly tokenQuota: number | null;
  /** Of this month. */
  readonly requestsTaken: number;
  readonly tokensTaken: number;
}

/** What a subscription used in a month: numbers, no person. */
export interface MonthlyUsage {
  readonly subscriptionId: string;
  readonly name: string;
  /** `YYYY-MM`. */
  readonly month: string;
  readonly calls: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly costNanoUsd: number;
  readonly unpricedCalls: number;
}

/** What the end of a subscription asks for next. */
export type EndingStep = 'expire' | 'withdraw-access' | 'erase';

export interface SubscriptionLookups {
  /** The subscription a key (SHA-256 in hex) belongs to; `isCurrent` is false for the one being replaced. */
  subscriptionByKey(
    keyHash: string,
  ): Promise<{ readonly subscriptionId: string; readonly isCurrent: boolean } | undefined>;
  /** Subscriptions in the order of their ids, the platform's own left out. */
  listSubscriptions(page: {
    readonly after?: string;
    readonly limit: number;
    /** Keyed hash of a contact e-mail. */
    readonly contactIndex?: string;
  }): Promise<readonly SubscriptionLine[]>;
  /** Months as `YYYY-MM`, both included. */
  usageByMonth(first: string, last: string): Promise<readonly MonthlyUsage[]>;
  /** Steps that are due at the end of subscriptions, by the database's clock; `keepDays` between expiry and erasure. */
  endedSubscriptions(
    keepDays: number,
    limit: number,
  ): Promise<readonly { readonly subscriptionId: string; readonly step: EndingStep }[]>;
  /** Subscriptions under legal hold, which every sweep must leave alone. */
  heldSubscriptions(): Promise<readonly string[]>;
  /** Deletes up to `limit` audit events of a subscription that is being erased; returns how many. */
  eraseAuditEvents(subscriptionId: string, limit: number): Promise<number>;
}
