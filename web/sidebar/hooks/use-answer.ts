import { useCallback, useEffect, useState } from 'react';
import type { Failure } from '../../shared/failure.ts';
import { failureOf } from './run-stream.ts';

export interface Answered<T> {
  readonly value: T | null;
  readonly failure: Failure | null;
  readonly again: () => void;
}

/** Asks once when the component appears and keeps the answer; `ask` must be stable. */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>): Answered<T> {
  const [state, setState] = useState<{ value: T | null; failure: Failure | null }>({
    value: null,
    failure: null,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    ask(leaving.signal).then(
      (value) => !leaving.signal.aborted && setState({ value, failure: null }),
      (error: unknown) => !leaving.signal.aborted && setState({ value: null, failure: failureOf(error) }),
    );
    return () => leaving.abort();
  }, [ask, turn]);
  const again = useCallback(() => {
    setState((before) => ({ value: before.value, failure: null }));
    setTurn((before) => before + 1);
  }, []);
  return { ...state, again };
}
