import { ProblemError } from '../../kernel/problem-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Egress } from '../../ports/egress.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Metrics } from '../../ports/metrics.ts';
import { NetworkFailure } from './problems.ts';
import type { AnswerHeaders } from './rate-limits.ts';

/** Names of the kinds of request, as metrics and log lines show them. */
export type Operation =
  | 'token'
  | 'token-code'
  | 'token-refresh'
  | 'token-revoke'
  | 'ticket'
  | 'comments'
  | 'comment-count'
  | 'audits'
  | 'requester-tickets'
  | 'groups'
  | 'ticket-fields'
  | 'user'
  | 'group-memberships'
  | 'search-tickets'
  | 'search-export'
  | 'search-articles'
  | 'articles'
  | 'article'
  | 'article-changes'
  | 'article-locales'
  | 'macros'
  | 'macro-page'
  | 'macro'
  | 'change-ticket'
  | 'create-ticket'
  | 'tickets-by-external-id'
  | 'add-tags'
  | 'preview-macro'
  | 'merge-tickets'
  | 'job'
  | 'webhooks'
  | 'triggers'
  | 'token-info'
  | 'app-key';

/** What every request to Zendesk needs from outside. */
export interface ExchangeDependencies {
  readonly egress: Egress;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** One request on the wire; the address may hold search words and is never logged. */
export interface Attempt {
  readonly operation: Operation;
  readonly subscriptionId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Makes it a POST unless `method` says otherwise. */
  readonly body?: string;
  /** Otherwise GET, or POST with a body. */
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  /** Reads the text of a refusal too: for the token endpoint, whose refusals are codes and no content. */
  readonly readRefusal?: boolean;
  readonly signal: AbortSignal;
  readonly number: number;
  readonly onRoundTrip?: (() => void) | undefined;
}

/** An answer; the text of one that is not 2xx is not read unless asked for. */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

/** Sends one request and reads the answer whole; throws NetworkFailure, ProblemError, or the reason of the signal. */
export async function exchange(dependencies: ExchangeDependencies, attempt: Attempt): Promise<Answer> {
  const { egress, logger, metrics, clock } = dependencies;
  const { operation, subscriptionId, signal, body } = attempt;
  const start = clock.elapsed();
  const finish = (status: number, code?: string): void => {
    const milliseconds = clock.elapsed() - start;
    metrics.helpDeskFinished({ operation, status }, milliseconds / 1000);
    if (status >= 200 && status < 300) return;
    const failure = {
      subscriptionId,
      route: operation,
      status,
      attempt: attempt.number,
      durationMs: Math.round(milliseconds),
    };
    logger.warn('zendesk request failed', code === undefined ? failure : { ...failure, code });
  };
  signal.throwIfAborted();
  attempt.onRoundTrip?.();
  try {
    const method = attempt.method ?? (body === undefined ? 'GET' : 'POST');
    const response = await egress.fetchFor('zendesk')(attempt.url, {
      method,
      headers: attempt.headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
    let text = '';
    if (response.ok || attempt.readRefusal === true) text = await response.text();
    else void response.body?.cancel().catch(() => undefined);
    finish(response.status);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    const code = error instanceof ProblemError ? error.type : codeOfCause(error);
    finish(0, code);
    if (signal.aborted) throw signal.reason;
    if (error instanceof TypeError) throw new NetworkFailure(code ?? 'UNKNOWN');
    throw error;
  }
}

function codeOfCause(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
