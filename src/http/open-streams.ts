import { ProblemError } from '../kernel/problem-error.ts';

/** Answers under way that may take long, so that a shutdown can end them instead of waiting for ever. */
export interface OpenStreams {
  add(abort: AbortController): void;
  delete(abort: AbortController): void;
  /** Ends every one; its reader is told the reason and when to come back. */
  endAll(reason: ProblemError): void;
  /** Resolves when none is open, at the latest after `withinMs`. */
  emptied(withinMs: number): Promise<void>;
  readonly size: number;
}

export function createOpenStreams(): OpenStreams {
  const open = new Set<AbortController>();
  const waiting = new Set<() => void>();
  return {
    add: (abort) => void open.add(abort),
    delete: (abort) => {
      open.delete(abort);
      if (open.size === 0) for (const resolve of waiting) resolve();
    },
    endAll: (reason) => open.forEach((abort) => abort.abort(reason)),
    emptied: (withinMs) =>
      new Promise((resolve) => {
        if (open.size === 0) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, withinMs);
        waiting.add(done);
      }),
    get size() {
      return open.size;
    },
  };
}

/** The problem a reader is to be told about an aborted answer; undefined when the reader is the one who left. */
export function endingOf(signal: AbortSignal): ProblemError | undefined {
  return signal.aborted && signal.reason instanceof ProblemError ? signal.reason : undefined;
}
