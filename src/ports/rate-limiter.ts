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

const longestWindowSeconds = 120;

/** Throws `RangeError` unless points and window are whole numbers and the window is at most 120 seconds. */
export function checkRateRule({ name, points, windowSeconds }: RateRule): void {
  const isWhole = Number.isInteger(points) && Number.isInteger(windowSeconds);
  if (!isWhole || points < 1 || windowSeconds < 1 || windowSeconds > longestWindowSeconds)
    throw new RangeError(
      `Rule ${name} needs whole points and a window of 1 to ${longestWindowSeconds} seconds`,
    );
}
