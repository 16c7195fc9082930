import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { parseJson } from '../../kernel/json.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ConfluenceAccessTokens } from '../../ports/confluence-oauth.ts';
import type { ConfluenceCall } from '../../ports/confluence.ts';
import {
  exchange,
  NetworkFailure,
  type Answer,
  type ExchangeDependencies,
  type Operation,
} from './exchange.ts';
import { isRateLimit, readRetryAfter, SiteLimits } from './limits.ts';

export interface ConfluenceRequestOptions extends ExchangeDependencies {
  /** Where a site is reached, without a slash at the end; the site's own address when absent. */
  readonly originFor?: (siteUrl: string) => string;
  /** Atlassian's API for tokens that are not used at the site; the public one when absent. */
  readonly apiOrigin?: string;
  /** Where the tokens of authorisations by a person come from; without it such connections are not connected. */
  readonly accessTokens?: ConfluenceAccessTokens;
  /** From 0 to 1, for the spread of waiting times. */
  readonly random?: () => number;
  /** Milliseconds one operation may take with its retries; 20,000 when absent. */
  readonly deadlineMs?: number;
}

/** One GET below `/wiki/`. */
export interface ConfluenceRequest {
  readonly operation: Operation;
  /** Like `api/v2/pages`: fixed words only. */
  readonly path: string;
  /** A name may come more than once. */
  readonly query: readonly (readonly [name: string, value: string])[];
}

export const publicApiOrigin = 'https://api.atlassian.com';

const mostRetries = 2;
const longestWaitMs = 3_000;
const retriedStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Statuses of an answer that was too much work for Confluence: asking for less may help. */
const tooMuchStatuses: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Confluence gave up on this request, after all retries. */
export class TooMuchAsked extends ProblemError {
  constructor() {
    super('confluence-unavailable');
  }
}

/** Asks Confluence; a person's abort ends it with the reason of the signal, all else with a ProblemError. */
export class ConfluenceRequests {
  readonly #options: ConfluenceRequestOptions;
  readonly #limits: SiteLimits;

  constructor(options: ConfluenceRequestOptions) {
    this.#options = options;
    this.#limits = new SiteLimits(options.clock);
  }

  /** Where readers of a site are sent. */
  readerOrigin(siteUrl: string): string {
    return this.#options.originFor?.(siteUrl) ?? siteUrl;
  }

  async json<T>(call: ConfluenceCall, request: ConfluenceRequest, schema: z.ZodType<T>): Promise<T> {
    const deadline = AbortSignal.timeout(this.#options.deadlineMs ?? 20_000);
    const signal = AbortSignal.any([call.signal, deadline]);
    try {
      const parsed = schema.safeParse(parseJson(await this.#answer(call, request, signal)));
      if (!parsed.success) throw unreadableAnswer();
      return parsed.data;
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      if (deadline.aborted) throw new TooMuchAsked();
      if (error instanceof NetworkFailure)
        throw error.code === 'EGRESS_RESPONSE_TOO_LARGE'
          ? new TooMuchAsked()
          : new ProblemError('confluence-unavailable');
      throw error instanceof ProblemError ? error : new ProblemError('internal');
    }
  }

  async #answer(call: ConfluenceCall, request: ConfluenceRequest, signal: AbortSignal): Promise<string> {
    const { access } = call;
    const site = access.siteUrl;
    this.#limits.countCall(site);
    let token = access.grant === 'api-token' ? undefined : await this.#tokens().get(access, call.onRoundTrip);
    let renewed = false;
    for (let attempt = 1, retries = 0; ; attempt += 1) {
      await this.#waitForAllowance(site, signal);
      const mayRetry = (): boolean => retries < mostRetries && this.#limits.takeRetry(site);
      const answer = await this.#send(call, request, token, attempt, signal).catch((error: unknown) => {
        const isPassing = error instanceof NetworkFailure && error.code !== 'EGRESS_RESPONSE_TOO_LARGE';
        if (!isPassing || signal.aborted || !mayRetry()) throw error;
        return undefined;
      });
      if (answer?.status === 200) return answer.text;
      if (answer?.status === 401 && token !== undefined && !renewed) {
        renewed = true;
        token = await this.#tokens().renew(access, token, call.onRoundTrip);
        continue;
      }
      const later = answer && readRetryAfter(answer.headers, this.#options.clock.now());
      if (answer !== undefined) {
        const isLater = retriedStatuses.has(answer.status) || isRateLimit(answer.status, answer.headers);
        const mayWait = later === undefined || later * 1000 <= longestWaitMs;
        if (!isLater || !mayWait || !mayRetry()) throw problemFor(answer, later);
      }
      retries += 1;
      await sleep(this.#backoff(later, retries), undefined, { signal });
    }
  }

  #tokens(): ConfluenceAccessTokens {
    if (this.#options.accessTokens === undefined) throw new ProblemError('confluence-not-connected');
    return this.#options.accessTokens;
  }

  async #send(
    call: ConfluenceCall,
    request: ConfluenceRequest,
    token: string | undefined,
    number: number,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { access } = call;
    const apiOrigin = this.#options.apiOrigin ?? publicApiOrigin;
    const base =
      access.cloudId === null
        ? this.readerOrigin(access.siteUrl)
        : `${apiOrigin}/ex/confluence/${encodeURIComponent(access.cloudId)}`;
    const query = new URLSearchParams(request.query.map(([name, value]) => [name, value]));
    const authorization =
      access.grant === 'api-token'
        ? `Basic ${Buffer.from(`${access.email}:${access.token}`).toString('base64')}`
        : `Bearer ${token ?? ''}`;
    const answer = await exchange(this.#options, {
      operation: request.operation,
      subscriptionId: access.subscriptionId,
      url: `${base}/wiki/${request.path}?${query.toString()}`,
      headers: { accept: 'application/json', authorization },
      signal,
      number,
      onRoundTrip: call.onRoundTrip,
    });
    this.#limits.learn(access.siteUrl, answer.status, answer.headers);
    return answer;
  }

  /** Waits out a short pause that an earlier answer asked for; refuses to wait for a long one. */
  async #waitForAllowance(site: string, signal: AbortSignal): Promise<void> {
    const left = this.#limits.pause(site);
    if (left === 0) return;
    if (left > longestWaitMs)
      throw new ProblemError('confluence-rate-limited', { retryAfterSeconds: Math.ceil(left / 1000) });
    await sleep(left + this.#random() * 250, undefined, { signal });
  }

  #backoff(later: number | undefined, retries: number): number {
    return later === undefined
      ? this.#random() * Math.min(2_000, 250 * 2 ** retries)
      : later * 1000 + this.#random() * 250;
  }

  #random(): number {
    return (this.#options.random ?? Math.random)();
  }
}

function problemFor({ status, headers }: Answer, retryAfterSeconds: number | undefined): ProblemError {
  const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (isRateLimit(status, headers)) return new ProblemError('confluence-rate-limited', later);
  if (status === 401) return new ProblemError('confluence-reconnect-needed');
  // Confluence answers 404 for what the account may not see, so a listing that is not there is a right that is missing.
  if (status === 403 || status === 404) return new ProblemError('confluence-forbidden');
  if (tooMuchStatuses.has(status) && retryAfterSeconds === undefined) return new TooMuchAsked();
  return status === 408 || status >= 500
    ? new ProblemError('confluence-unavailable', later)
    : new ProblemError('internal');
}

/** The problem for an answer that is not what Atlassian documents. */
export function unreadableAnswer(): ProblemError {
  return new ProblemError('confluence-unavailable', {
    detail: 'Confluence sent an answer we could not read.',
  });
}
