import type { Clock } from '../../ports/clock.ts';

/** The part of a header list that is read here. */
export interface AnswerHeaders {
  get(name: string): string | null;
}

/** What an answer says about an allowance. */
export interface Allowance {
  readonly remaining: number;
  readonly resetSeconds: number;
}

const longestPause = 300;
const remainingNames = ['x-rate-limit-remaining', 'ratelimit-remaining', 'rate-limit-remaining'];
const resetNames = ['ratelimit-reset', 'rate-limit-reset', 'x-rate-limit-reset'];

/** Seconds from `Retry-After`, given in seconds or as a date; undefined when absent or unreadable. At most five minutes. */
export function readRetryAfter(headers: AnswerHeaders, now: Date): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  const seconds = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, Math.ceil(seconds)), longestPause) : undefined;
}

/** The account's allowance in whichever of the three spellings an answer has; undefined when it says nothing. */
export function readAllowance(headers: AnswerHeaders): Allowance | undefined {
  const remaining = firstNumber(headers, remainingNames);
  if (remaining === undefined) return undefined;
  return { remaining, resetSeconds: Math.min(firstNumber(headers, resetNames) ?? 0, longestPause) };
}

function firstNumber(headers: AnswerHeaders, names: readonly string[]): number | undefined {
  const value = names
    .map((name) => headers.get(name))
    .find((found) => found !== null && /^\s*\d+\s*$/.test(found));
  return value === undefined || value === null ? undefined : Number(value);
}

/** Remembers which accounts asked to be left alone, and keeps retries to a tenth of the calls. */
export class AccountLimits {
  private readonly pausedUntil = new Map<string, number>();
  private readonly retryTokens = new Map<string, number>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Learns from an answer; `refused` is true for a 429. */
  learn(account: string, headers: AnswerHeaders, refused: boolean): void {
    const allowance = readAllowance(headers);
    const usedUp = allowance?.remaining === 0 ? allowance.resetSeconds : 0;
    const seconds = refused ? (readRetryAfter(headers, this.clock.now()) ?? usedUp) : usedUp;
    if (seconds > 0) this.pausedUntil.set(account, this.clock.elapsed() + seconds * 1000);
  }

  /** Milliseconds until the account may be called again. */
  pause(account: string): number {
    const left = (this.pausedUntil.get(account) ?? 0) - this.clock.elapsed();
    if (left <= 0) this.pausedUntil.delete(account);
    return Math.max(0, left);
  }

  /** Counts a call, which earns a tenth of a retry. */
  countCall(account: string): void {
    const earned = Math.min((this.retryTokens.get(account) ?? fullBudget) + 0.1, fullBudget);
    if (earned === fullBudget) this.retryTokens.delete(account);
    else this.retryTokens.set(account, earned);
  }

  /** True when the account has a retry left, and takes it. */
  takeRetry(account: string): boolean {
    const left = this.retryTokens.get(account) ?? fullBudget;
    if (left < 1) return false;
    this.retryTokens.set(account, left - 1);
    return true;
  }
}

const fullBudget = 10;
