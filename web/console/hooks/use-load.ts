import { useCallback, useEffect, useRef, useState } from 'react';
import { RequestFailedError, type Failure } from '../../shared/failure.ts';

export const toFailure = (error: unknown): Failure =>
  error instanceof RequestFailedError ? error.failure : { kind: 'unreachable' };

export interface Loaded<T> {
  /** What was read last; null: nothing yet. */
  readonly data: T | null;
  readonly failure: Failure | null;
  reload(): Promise<void>;
  /** Shows what a change answered, without reading again. */
  show(data: T): void;
}

/** Reads something when the part appears, and again every `everyMs` while that is set. `read` must keep its identity. */
export function useLoad<T>(
  read: (signal: AbortSignal) => Promise<T>,
  everyMs: (data: T | null) => number | null = () => null,
): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const running = useRef<AbortController | null>(null);
  const reload = useCallback((): Promise<void> => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    return read(abort.signal).then(
      (next) => {
        if (abort.signal.aborted) return;
        setData(next);
        setFailure(null);
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setFailure(toFailure(error));
      },
    );
  }, [read]);
  useEffect(() => {
    void reload();
    return () => running.current?.abort();
  }, [reload]);
  const wait = everyMs(data);
  useEffect(() => {
    if (wait === null) return;
    const timer = setInterval(() => void reload(), wait);
    return () => clearInterval(timer);
  }, [wait, reload]);
  return { data, failure, reload, show: setData };
}

export interface Action {
  readonly busy: boolean;
  readonly failure: Failure | null;
  /** Runs one thing at a time; false when it failed or one was running. */
  run(work: () => Promise<void>): Promise<boolean>;
  clear(): void;
}

/** A change that somebody asked for by a click. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const isBusy = useRef(false);
  const run = useCallback(async (work: () => Promise<void>): Promise<boolean> => {
    if (isBusy.current) return false;
    isBusy.current = true;
    setBusy(true);
    setFailure(null);
    try {
      await work();
      return true;
    } catch (error) {
      setFailure(toFailure(error));
      return false;
    } finally {
      isBusy.current = false;
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setFailure(null), []);
  return { busy, failure, run, clear };
}
