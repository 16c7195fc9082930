import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { parseJson } from '../../kernel/json.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ProblemType } from '../../kernel/problem-types.ts';
import type { HelpDeskCall } from '../../ports/help-desk.ts';
import type { RotatingTokens } from '../../ports/zendesk-oauth.ts';
import { exchange, type Answer, type ExchangeDependencies, type Operation } from './exchange.ts';
import { NetworkFailure, problemForStatus, unreadableAnswer } from './problems.ts';
import { AccountLimits, readRetryAfter } from './rate-limits.ts';
import { Tokens } from './tokens.ts';

export interface ZendeskRequestOptions extends ExchangeDependencies {
  readonly originFor: (subdomain: string) => string;
  /** From 0 to 1, for the spread of waiting times. */
  readonly random?: () => number;
  /** Milliseconds one operation may take with its retries; 10,000 when absent. */
  readonly deadlineMs?: number;
  /** Where the tokens of authorisations by a person come from; without it such connections are not connected. */
  readonly rotatingTokens?: RotatingTokens;
}

/** One request below `/api/v2/`. */
export interface ZendeskRequest {
  readonly operation: Operation;
  /** Ids and fixed words only. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** GET when absent. A change is never sent again once it may have reached Zendesk. */
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  /** JSON. */
  readonly body?: string;
  /** Zendesk does the same request with the same key once, so that it may be sent again. */
  readonly idempotencyKey?: string;
  /** The problem when Zendesk answers 404. */
  readonly missing: ProblemType;
}

/** Asks Zendesk for one thing; a person's abort ends it with the reason of the signal, all else with a ProblemError. */
export interface ZendeskRequests {
  json<T>(call: HelpDeskCall, request: ZendeskRequest, schema: z.ZodType<T>): Promise<T>;
  text(call: HelpDeskCall, request: ZendeskRequest): Promise<string>;
  readonly tokens: Tokens;
}

const mostRetries = 2;
const longestWaitMs = 3_000;
const retriedStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Builds the one request function: token, limits, retries, deadline, and problems instead of foreign errors. */
export function createZendeskRequests(options: ZendeskRequestOptions): ZendeskRequests {
  const deadlineMs = options.deadlineMs ?? 10_000;
  const tokens = new Tokens({ ...options, deadlineMs });
  const limits = new AccountLimits(options.clock);
  const random = options.random ?? Math.random;

  const text = async (call: HelpDeskCall, request: ZendeskRequest): Promise<string> => {
    const deadline = AbortSignal.timeout(deadlineMs);
    const signal = AbortSignal.any([call.signal, deadline]);
    try {
      return await new Asking(options, tokens, limits, random, call, request, signal).answer();
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      if (deadline.aborted || error instanceof NetworkFailure) throw new ProblemError('zendesk-unavailable');
      throw error instanceof ProblemError ? error : new ProblemError('internal');
    }
  };
  return {
    tokens,
    text,
    async json(call, request, schema) {
      const parsed = schema.safeParse(parseJson(await text(call, request)));
      if (!parsed.success) throw unreadableAnswer();
      return parsed.data;
    },
  };
}

/** One request with its retries. */
class Asking {
  private readonly options: ZendeskRequestOptions;
  private readonly tokens: Tokens;
  private readonly limits: AccountLimits;
  private readonly random: () => number;
  private readonly call: HelpDeskCall;
  private readonly request: ZendeskRequest;
  private readonly signal: AbortSignal;
  private readonly account: string;
  private readonly url: string;
  private attempts = 0;
  private retries = 0;

  constructor(
    options: ZendeskRequestOptions,
    tokens: Tokens,
    limits: AccountLimits,
    random: () => number,
    call: HelpDeskCall,
    request: ZendeskRequest,
    signal: AbortSignal,
  ) {
    this.options = options;
    this.tokens = tokens;
    this.limits = limits;
    this.random = random;
    this.call = call;
    this.request = request;
    this.signal = signal;
    const { subdomain } = call.connection;
    // The Help Center has an allowance of its own.
    this.account = `${subdomain} ${request.path.startsWith('help_center/') ? 'help center' : 'support'}`;
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query).toString()}`;
    this.url = `${options.originFor(subdomain)}/api/v2/${request.path}${query}`;
  }

  async answer(): Promise<string> {
    const { connection, onRoundTrip } = this.call;
    this.limits.countCall(this.account);
    let token = await this.orAborted(this.tokens.get(connection, onRoundTrip));
    let renewed = false;
    for (;;) {
      await this.waitForAllowance();
      const answer = await this.send(token);
      if (answer === undefined) continue;
      if (answer.status >= 200 && answer.status < 300) return answer.text;
      if (answer.status === 401 && !renewed) {
        renewed = true;
        token = await this.orAborted(this.tokens.renew(connection, token, onRoundTrip));
        continue;
      }
      const retryAfter = readRetryAfter(answer.headers, this.options.clock.now());
      const mayWait = retryAfter === undefined || retryAfter * 1000 <= longestWaitMs;
      if (!this.isRetried(answer.status) || !mayWait || !this.mayRetry()) {
        throw problemForStatus(answer.status, this.request.missing, retryAfter);
      }
      await this.pause(retryAfter === undefined ? this.backoff() : retryAfter * 1000 + this.random() * 250);
    }
  }

  /** One attempt; undefined when the connection broke and another attempt is due. */
  private async send(token: string): Promise<Answer | undefined> {
    this.attempts += 1;
    try {
      const answer = await exchange(this.options, {
        operation: this.request.operation,
        subscriptionId: this.call.connection.subscriptionId,
        url: this.url,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          ...(this.request.method !== undefined && { 'content-type': 'application/json' }),
          ...(this.request.idempotencyKey !== undefined && {
            'idempotency-key': this.request.idempotencyKey,
          }),
        },
        ...(this.request.method !== undefined && { method: this.request.method }),
        ...(this.request.body !== undefined && { body: this.request.body }),
        signal: this.signal,
        number: this.attempts,
        onRoundTrip: this.call.onRoundTrip,
      });
      this.limits.learn(this.account, answer.headers, answer.status === 429);
      return answer;
    } catch (error) {
      if (
        !(error instanceof NetworkFailure) ||
        error.code === 'EGRESS_RESPONSE_TOO_LARGE' ||
        !this.isRepeatable() ||
        !this.mayRetry()
      )
        throw error;
      await this.pause(this.backoff());
      return undefined;
    }
  }

  /** Waits out a short pause that an earlier answer asked for; refuses to wait for a long one. */
  private async waitForAllowance(): Promise<void> {
    const left = this.limits.pause(this.account);
    if (left === 0) return;
    if (left > longestWaitMs)
      throw new ProblemError('zendesk-rate-limited', { retryAfterSeconds: Math.ceil(left / 1000) });
    await this.pause(left + this.random() * 250);
  }

  /** A change that was refused for its rate did nothing; of all else nobody knows. */
  private isRetried(status: number): boolean {
    return this.isRepeatable() ? retriedStatuses.has(status) : status === 429;
  }

  private isRepeatable(): boolean {
    return this.request.method === undefined || this.request.idempotencyKey !== undefined;
  }

  private mayRetry(): boolean {
    if (this.retries >= mostRetries || !this.limits.takeRetry(this.account)) return false;
    this.retries += 1;
    return true;
  }

  private backoff(): number {
    return this.random() * Math.min(2_000, 250 * 2 ** this.retries);
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.signal });
  }

  private async orAborted<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([work, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}
