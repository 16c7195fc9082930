import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../kernel/problem-error.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { OpenStreams } from './open-streams.ts';

export interface ShutDownParts {
  readonly app: FastifyInstance;
  readonly lifecycle: Lifecycle;
  readonly streams: OpenStreams;
  /** How long new requests are still answered while load balancers look elsewhere. */
  readonly drainSeconds: number;
  /** Takes no new job at once; resolves when the running ones have ended. */
  stopJobs(): Promise<void>;
  /** Writes what is held and closes what requests and jobs have used. */
  closeProgram(): Promise<void>;
}

/** `drain` for a deployment behind a load balancer, `quick` for a person who waits for the prompt. */
export type ShutDownManner = 'drain' | 'quick';

// Milliseconds after the signal; the whole must end within thirty seconds.
const streamsEndAt = 20_000;
const repliesEndAt = 24_000;
const jobsEndAt = 26_000;
const readersToldWithinMs = 2_000;
const retryAfterSeconds = 2;

/** Stops without failing a request: unready, drained, streams ended with a word, jobs finished, all closed. Resolves within 28 seconds. */
export async function shutDown(parts: ShutDownParts, manner: ShutDownManner): Promise<void> {
  const { app, lifecycle, streams } = parts;
  const startedAt = performance.now();
  const until = (at: number): number => Math.max(0, at - (performance.now() - startedAt));
  lifecycle.draining();
  const jobsStopped = parts.stopJobs().catch(() => undefined);
  if (manner === 'drain') await sleep(parts.drainSeconds * 1000);
  lifecycle.closing();
  const closed = app.close().then(
    () => undefined,
    () => undefined,
  );
  // A connection whose last answer said keep-alive becomes idle only now, and nobody else closes it.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 100);
  await streams.emptied(manner === 'drain' ? until(streamsEndAt) : 0);
  streams.endAll(new ProblemError('shutting-down', { retryAfterSeconds }));
  await streams.emptied(readersToldWithinMs);
  await within(closed, until(repliesEndAt));
  clearInterval(sweep);
  app.server.closeAllConnections();
  // A job that takes longer is given up: its lease runs out and another process takes it.
  await within(jobsStopped, until(jobsEndAt));
  await within(
    parts.closeProgram().catch(() => undefined),
    readersToldWithinMs,
  );
}

async function within(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const stop = new AbortController();
  await Promise.race([work, sleep(milliseconds, undefined, { signal: stop.signal }).catch(() => undefined)]);
  stop.abort();
}
