import { ProblemError } from '../../kernel/problem-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Egress } from '../../ports/egress.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { AnswerHeaders } from './limits.ts';

/** Names of the kinds of request, as log lines show them. */
export type Operation =
  | 'pages'
  | 'page-bodies'
  | 'spaces'
  | 'search'
  | 'cloud-id'
  | 'sites'
  | 'token-code'
  | 'token-refresh';

/** What every request needs from outside. */
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
  /** JSON; makes it a POST. */
  readonly body?: string;
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

/** The connection broke or stayed silent; the code is undici's or the system's. */
export class NetworkFailure extends Error {
  override readonly name = 'NetworkFailure';
  readonly code: string;

  constructor(code: string) {
    super('Confluence could not be reached');
    this.code = code;
  }
}

/** Sends one request and reads the answer whole; throws NetworkFailure, ProblemError, or the reason of the signal. */
export async function exchange(dependencies: ExchangeDependencies, attempt: Attempt): Promise<Answer> {
  const { egress, logger, metrics, clock } = dependencies;
  const { operation, subscriptionId, signal, body } = attempt;
  const start = clock.elapsed();
  const finish = (status: number, code?: string): void => {
    const milliseconds = clock.elapsed() - start;
    metrics.siteFinished({ site: 'confluence', status }, milliseconds / 1000);
    if (status >= 200 && status < 300) return;
    logger.warn('confluence request failed', {
      subscriptionId,
      route: operation,
      status,
      attempt: attempt.number,
      durationMs: Math.round(milliseconds),
      ...(code !== undefined && { code }),
    });
  };
  signal.throwIfAborted();
  attempt.onRoundTrip?.();
  try {
    const response = await egress.fetchFor('confluence')(attempt.url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: attempt.headers,
      signal,
      ...(body !== undefined && { body }),
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
