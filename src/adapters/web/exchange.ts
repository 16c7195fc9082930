import { ProblemError } from '../../kernel/problem-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Egress } from '../../ports/egress.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Metrics } from '../../ports/metrics.ts';

/** What every request to a web site needs from outside. */
export interface WebDependencies {
  readonly egress: Egress;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** One GET without cookies and credentials. */
export interface WebRequest {
  readonly subscriptionId: string;
  readonly url: string;
  readonly accept: string;
  /** Bytes of the decoded body. */
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly onRoundTrip?: (() => void) | undefined;
}

export interface WebAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** Empty unless the status is 200. */
  readonly bytes: Uint8Array;
  /** The body was longer than the limit and is not here. */
  readonly isTooLong: boolean;
}

/** What we are called in robots.txt and in the logs of sites. */
export const userAgent = 'InDeskBot';

const patienceMs = 15_000;

/** Asks once; an answer that redirects comes back as it is. Throws `site-unavailable`, `egress-refused`, or the reason of the signal. */
export async function askSite(dependencies: WebDependencies, request: WebRequest): Promise<WebAnswer> {
  const { egress, logger, metrics, clock } = dependencies;
  const { subscriptionId, url, accept, signal } = request;
  const start = clock.elapsed();
  const finish = (status: number, code?: string): void => {
    const milliseconds = clock.elapsed() - start;
    metrics.siteFinished({ site: 'web', status }, milliseconds / 1000);
    if (status < 400 && status > 0) return;
    logger.warn('web request failed', {
      subscriptionId,
      status,
      durationMs: Math.round(milliseconds),
      ...(code !== undefined && { code }),
    });
  };
  const deadline = AbortSignal.timeout(patienceMs);
  signal.throwIfAborted();
  request.onRoundTrip?.();
  try {
    const response = await egress.fetchFor('web')(url, {
      headers: { accept, 'user-agent': userAgent, 'accept-encoding': 'gzip, deflate, br' },
      signal: AbortSignal.any([signal, deadline]),
    });
    const isWanted = response.status === 200 && response.body !== null;
    const bytes = isWanted ? await readUpTo(response.body, request.limit) : new Uint8Array();
    if (!isWanted) void response.body?.cancel().catch(() => undefined);
    finish(response.status);
    const { status, headers } = response;
    return { status, headers, bytes: bytes ?? new Uint8Array(), isTooLong: bytes === undefined };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const code = codeOf(error);
    finish(0, code);
    if (code === 'EGRESS_RESPONSE_TOO_LARGE')
      return { status: 200, headers: new Headers(), bytes: new Uint8Array(), isTooLong: true };
    throw error instanceof ProblemError ? error : new ProblemError('site-unavailable');
  }
}

async function readUpTo(
  body: AsyncIterable<Uint8Array> & { cancel(): Promise<void> },
  limit: number,
): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.byteLength;
    // Leaving the loop ends the body and the connection with it.
    if (size > limit) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof ProblemError) return error.type;
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause)
    if ('code' in inner && typeof inner.code === 'string') return inner.code;
  return undefined;
}
