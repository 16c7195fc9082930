import type { Clock } from '../../ports/clock.ts';

/** The part of a header list that is read here. */
export interface AnswerHeaders {
  get(name: string): string | null;
}

const longestPauseSeconds = 300;
const nearLimitPauseSeconds = 2;

/** Seconds from `Retry-After`, or until `X-RateLimit-Reset`; undefined when neither can be read. At most five minutes. */
export function readRetryAfter(headers: AnswerHeaders, now: Date): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  const reset = Date.parse(headers.get('x-ratelimit-reset') ?? '');
  const seconds = /^\d+(?:\.\d+)?$/.test(value)
    ? Number(value)
    : ((value === '' ? reset : Date.parse(value)) - now.getTime()) / 1000;
  return Number.isFinite(seconds)
    ? Math.min(Math.max(0, Math.ceil(seconds)), longestPauseSeconds)
    : undefined;
}

/** True for a refusal that asks to come back later; Atlassian sometimes gives 403 for it. */
export function isRateLimit(status: number, headers: AnswerHeaders): boolean {
  return status === 429 || (status === 403 && headers.get('ratelimit-reason') !== null);
}

/** Remembers which sites asked to be left alone, and keeps retries to a tenth of the calls. */
export class SiteLimits {
  readonly #clock: Clock;
  readonly #pausedUntil = new Map<string, number>();
  readonly #retryTokens = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Learns from an answer: a refusal, points that are used up, or points that soon will be. */
  learn(site: string, status: number, headers: AnswerHeaders): void {
    const left = headers.get('x-ratelimit-remaining');
    const isUsedUp = left !== null && /^\s*0+\s*$/.test(left);
    const asked = readRetryAfter(headers, this.#clock.now());
    const isNear = headers.get('x-ratelimit-nearlimit')?.trim().toLowerCase() === 'true';
    const seconds =
      isRateLimit(status, headers) || isUsedUp ? (asked ?? 0) : isNear ? nearLimitPauseSeconds : 0;
    if (seconds > 0) this.#pausedUntil.set(site, this.#clock.elapsed() + seconds * 1000);
  }

  /** Milliseconds until the site may be called again. */
  pause(site: string): number {
    const until = this.#pausedUntil.get(site);
    if (until === undefined) return 0;
    const left = until - this.#clock.elapsed();
    if (left <= 0) this.#pausedUntil.delete(site);
    return Math.max(0, left);
  }

  countCall(site: string): void {
    this.#retryTokens.set(site, Math.min(10, (this.#retryTokens.get(site) ?? 3) + 0.1));
  }

  /** True when the site may be asked once more. */
  takeRetry(site: string): boolean {
    const tokens = this.#retryTokens.get(site) ?? 3;
    if (tokens < 1) return false;
    this.#retryTokens.set(site, tokens - 1);
    return true;
  }
}
