export interface RateRule {
  readonly name: string;
  /** How many in each window. */
  readonly points: number;
  /** At most 120, so that limit data is gone after about two minutes. */
  readonly windowSeconds: number;
}

export type RateDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

export interface RateLimiter {
  /** Takes one point; synchronous when it can be, because it stands in every request's way. */
  take(key: string, rule: RateRule): RateDecision | Promise<RateDecision>;
  close(): Promise<void>;
}
