import type { ProblemType } from '../../kernel/problem-types.ts';

const bucketMs = 10_000;
const buckets = 6;
const fewestCalls = 5;
const failedShare = 0.5;
const openMs = 15_000;
const longestOpenMs = 60_000;

/** Why a call is not let through. */
export interface Refusal {
  /** What the calls before failed with. */
  readonly problem: ProblemType;
  readonly retryAfterSeconds: number;
}

/** What a circuit is told when it changes; undefined: it stays as it is. */
export type Change = 'opened' | 'closed' | undefined;

interface Bucket {
  number: number;
  calls: number;
  failures: number;
}

/**
 * Opens when at least half of at least five calls of the last minute failed. Fifteen seconds later, or as long as the provider asked
 * to wait up to a minute, one call is let through to try: it closes the circuit or opens it again. Times are milliseconds on the elapsed scale.
 */
export class Circuit {
  #openUntil: number | undefined;
  #problem: ProblemType = 'provider-unreachable';
  #trying = false;
  readonly #buckets: Bucket[] = Array.from({ length: buckets }, () => ({
    number: -1,
    calls: 0,
    failures: 0,
  }));

  get isOpen(): boolean {
    return this.#openUntil !== undefined;
  }

  /** Lets a call begin, which must then end by `succeeded`, `failed` or `left`; or says why not. */
  enter(now: number): Refusal | undefined {
    if (this.#openUntil === undefined) return undefined;
    if (now >= this.#openUntil && !this.#trying) {
      this.#trying = true;
      return undefined;
    }
    const waitMs = Math.max(1_000, this.#openUntil - now);
    return { problem: this.#problem, retryAfterSeconds: Math.ceil(waitMs / 1_000) };
  }

  succeeded(now: number): Change {
    if (this.#trying) {
      this.#trying = false;
      this.#openUntil = undefined;
      for (const bucket of this.#buckets) bucket.number = -1;
      return 'closed';
    }
    this.#bucketAt(now).calls += 1;
    return undefined;
  }

  failed(now: number, problem: ProblemType, retryAfterSeconds = 0): Change {
    const until = now + Math.min(longestOpenMs, Math.max(openMs, retryAfterSeconds * 1_000));
    if (this.#trying) {
      this.#trying = false;
      this.#problem = problem;
      this.#openUntil = until;
      return undefined;
    }
    const bucket = this.#bucketAt(now);
    bucket.calls += 1;
    bucket.failures += 1;
    if (this.#openUntil !== undefined || !this.#fails(now)) return undefined;
    this.#problem = problem;
    this.#openUntil = until;
    return 'opened';
  }

  /** The call ended without saying anything of the provider. */
  left(): void {
    this.#trying = false;
  }

  #bucketAt(now: number): Bucket {
    const number = Math.floor(now / bucketMs);
    const bucket = this.#buckets[number % buckets] as Bucket;
    if (bucket.number !== number) Object.assign(bucket, { number, calls: 0, failures: 0 });
    return bucket;
  }

  #fails(now: number): boolean {
    const oldest = Math.floor(now / bucketMs) - buckets;
    let calls = 0;
    let failures = 0;
    for (const bucket of this.#buckets) {
      if (bucket.number <= oldest) continue;
      calls += bucket.calls;
      failures += bucket.failures;
    }
    return calls >= fewestCalls && failures >= calls * failedShare;
  }
}
