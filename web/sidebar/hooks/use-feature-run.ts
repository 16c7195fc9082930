import { useCallback, useEffect, useReducer, useRef } from 'react';
import type { z } from 'zod';
import { runFeature, type FeatureName } from '../../../src/contract/copilot.ts';
import { problemTypes } from '../../../src/kernel/problem-types.ts';
import { RequestFailedError, type Failure } from '../../shared/failure.ts';
import { idleRun, reduceFeatureRun, type FeatureRun, type FeatureRunAction } from '../state/feature-run.ts';
import { useSidebar } from './use-sidebar.ts';

const unreadable: Failure = {
  kind: 'problem',
  problem: { type: '/problems/provider-bad-output', ...problemTypes['provider-bad-output'] },
};

export interface FeatureRunner<T> {
  readonly run: FeatureRun<T>;
  /** Starts over with this body; an earlier run is aborted. */
  readonly start: (body: unknown) => void;
  readonly stop: () => void;
}

/** Runs one feature and keeps its state; aborts when the card, the app or the page goes away. */
export function useFeatureRun<S extends z.ZodType>(
  feature: FeatureName,
  output: S,
): FeatureRunner<z.output<S>> {
  type Output = z.output<S>;
  const { api, zaf } = useSidebar();
  const [run, dispatch] = useReducer(reduceFeatureRun<Output>, idleRun as FeatureRun<Output>);
  const running = useRef<AbortController | null>(null);

  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
    dispatch({ type: 'stop' });
  }, []);

  const start = useCallback(
    (body: unknown) => {
      running.current?.abort();
      const own = new AbortController();
      running.current = own;
      dispatch({ type: 'start' });
      const apply = (action: FeatureRunAction<Output>) => {
        if (!own.signal.aborted) dispatch(action);
      };
      const pump = async () => {
        const events = api.stream(runFeature, { params: { feature }, body, signal: own.signal });
        for await (const event of events) {
          if (event.type !== 'output') {
            apply({ type: 'event', event });
            continue;
          }
          const checked = output.safeParse(event.value);
          apply(
            checked.success
              ? { type: 'output', output: checked.data }
              : { type: 'fail', failure: unreadable },
          );
        }
      };
      pump().catch((error: unknown) => {
        const failure: Failure =
          error instanceof RequestFailedError ? error.failure : { kind: 'interrupted' };
        apply({ type: 'fail', failure });
      });
    },
    [api, feature, output],
  );

  useEffect(() => {
    const off = zaf.on('app.deactivated', stop);
    window.addEventListener('pagehide', stop);
    return () => {
      off();
      window.removeEventListener('pagehide', stop);
      running.current?.abort();
    };
  }, [zaf, stop]);

  return { run, start, stop };
}
