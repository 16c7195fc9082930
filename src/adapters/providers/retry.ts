import { ProblemError } from '../../kernel/problem-error.ts';
import type { ProviderKind } from '../../ports/model-provider.ts';
import type { Watch } from './deadlines.ts';
import { faultOf, problemOf, type Fault } from './errors.ts';

const mostRetries = 2;
/** Seconds a person is kept waiting for a rate limit. */
const longestWaitSeconds = 3;
const shortestPauseMs = 250;
const longestPauseMs = 800;

/** Milliseconds to wait before the next try; undefined when there should be none. */
export function pauseBefore(fault: Fault, retries: number, random: () => number): number | undefined {
  if (!fault.retry || retries >= mostRetries) return undefined;
  const jitter = shortestPauseMs + random() * (longestPauseMs - shortestPauseMs);
  if (fault.retryAfterSeconds === undefined) return jitter;
  if (fault.retryAfterSeconds > longestWaitSeconds) return undefined;
  return Math.max(fault.retryAfterSeconds * 1_000, shortestPauseMs);
}

export interface RetryOptions {
  readonly kind: ProviderKind;
  readonly watch: Watch;
  readonly random: () => number;
  /** Whether text has reached the reader, after which nothing may be repeated. */
  readonly started: () => boolean;
  /** Told of every failed try; `billed` when the provider may charge for it. */
  readonly failed: (billed: boolean) => void;
}

/** Calls until it works or there is no point; throws only `ProblemError`s and the caller's abort reason. */
export async function withRetries<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { kind, watch, random } = options;
  for (let retries = 0; ; retries += 1) {
    watch.throwIfEnded();
    watch.begin();
    let fault: Fault;
    try {
      return await call();
    } catch (error) {
      fault = faultOf(error, kind);
    }
    const started = options.started();
    options.failed(watch.connected && (fault.billed || started || watch.signal.aborted));
    watch.throwIfEnded();
    if (started && fault.problem !== 'provider-refused') throw new ProblemError('provider-interrupted');
    const pause = pauseBefore(fault, retries, random);
    if (pause === undefined) throw problemOf(fault);
    await watch.pause(pause);
  }
}
