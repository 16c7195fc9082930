import { tooManyRequests } from './api-error.ts';

/** Limits of the account; null switches one off. */
export type RateLimits = {
  /** Support API requests a minute for the whole account. */
  requestsPerMinute: number | null;
  /** Help Center API requests a minute, a bucket of its own. */
  helpCenterPerMinute: number | null;
  /** Ticket updates a minute for the whole account. */
  updatesPerMinute: number | null;
  /** Updates of one ticket by one user in ten minutes. */
  updatesPerTicket: number | null;
  /** Calls of the search export a minute. */
  searchExportPerMinute: number | null;
  /** Incremental export calls a minute. */
  incrementalPerMinute: number | null;
};

/** Limits of an Enterprise plan. */
export const DEFAULT_RATE_LIMITS: Readonly<RateLimits> = {
  requestsPerMinute: 700,
  helpCenterPerMinute: 700,
  updatesPerMinute: 100,
  updatesPerTicket: 30,
  searchExportPerMinute: 100,
  incrementalPerMinute: 10,
};

type Window = { startedAt: number; count: number };

const MINUTE = 60_000;

/** Counts requests in fixed windows, as Zendesk does: a window ends a minute after its first request. */
export class RateLimiter {
  readonly limits: RateLimits = { ...DEFAULT_RATE_LIMITS };
  readonly #windows = new Map<string, Window>();

  /** Forgets all counts. */
  reset(): void {
    this.#windows.clear();
  }

  /**
   * Counts a request in one of the account's two buckets and gives the headers that tell how much is
   * left, in every spelling Zendesk has used. Throws 429 with `Retry-After` when the bucket is empty.
   */
  countRequest(bucket: 'support' | 'help-center'): Record<string, string> {
    const limit = bucket === 'support' ? this.limits.requestsPerMinute : this.limits.helpCenterPerMinute;
    if (limit === null) return {};
    const { count, resetSeconds } = this.#count(bucket, MINUTE);
    const headers = accountHeaders(limit, limit - count, resetSeconds);
    if (count <= limit) return headers;
    throw withHeaders(
      tooManyRequests(resetSeconds, `Rate limit of ${limit} requests per minute exceeded.`),
      headers,
    );
  }

  /** Counts against an endpoint's own limit; gives Zendesk's header for it, throws 429 past it. */
  countEndpoint(name: string, limit: number | null, windowMilliseconds = MINUTE): Record<string, string> {
    if (limit === null) return {};
    const { count, resetSeconds } = this.#count(name, windowMilliseconds);
    const header = `total=${limit}; remaining=${Math.max(0, limit - count)}; resets=${resetSeconds}`;
    const headers = { [`zendesk-ratelimit-${name.split(' ')[0] ?? name}`]: header };
    if (count <= limit) return headers;
    throw withHeaders(
      tooManyRequests(resetSeconds, `Rate limit for ${name.split(' ')[0] ?? name} exceeded.`),
      headers,
    );
  }

  #count(key: string, span: number): { count: number; resetSeconds: number } {
    const now = Date.now();
    let window = this.#windows.get(key);
    if (window === undefined || now - window.startedAt >= span) {
      window = { startedAt: now, count: 0 };
      this.#windows.set(key, window);
    }
    window.count += 1;
    return {
      count: window.count,
      resetSeconds: Math.max(1, Math.ceil((window.startedAt + span - now) / 1000)),
    };
  }
}

function accountHeaders(limit: number, remaining: number, resetSeconds: number): Record<string, string> {
  const left = String(Math.max(0, remaining));
  return {
    'X-Rate-Limit': String(limit),
    'X-Rate-Limit-Remaining': left,
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': left,
    'ratelimit-reset': String(resetSeconds),
    'rate-limit': String(limit),
    'rate-limit-remaining': left,
    'rate-limit-reset': String(resetSeconds),
  };
}

function withHeaders<Refusal extends { headers: Readonly<Record<string, string>> }>(
  refusal: Refusal,
  headers: Readonly<Record<string, string>>,
): Refusal {
  return Object.assign(refusal, { headers: { ...headers, ...refusal.headers } });
}
