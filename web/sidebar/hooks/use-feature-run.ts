import { useCallback, useReducer, type Reducer } from 'react';
import type { z } from 'zod';
import { runFeature, type FeatureName } from '../../../src/contract/copilot.ts';
import { idleRun, reduceFeatureRun, type FeatureRun, type FeatureRunAction } from '../state/feature-run.ts';
import { followStream } from './run-stream.ts';
import { useAbortable } from './use-abortable.ts';
import { useSidebar } from './use-sidebar.ts';

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
  const { api, addPrompt } = useSidebar();
  const [run, dispatch] = useReducer<Reducer<FeatureRun<Output>, FeatureRunAction<Output>>>(
    reduceFeatureRun,
    idleRun as FeatureRun<Output>,
  );
  const { begin, stop } = useAbortable(useCallback(() => dispatch({ type: 'stop' }), []));

  const start = useCallback(
    (body: unknown) => {
      const signal = begin();
      dispatch({ type: 'start' });
      const events = api.stream(runFeature, { params: { feature }, body, signal, showPrompt: true });
      void followStream(
        events,
        output,
        (action) => !signal.aborted && dispatch(action),
        (event) => event.type === 'prompt' && addPrompt({ feature, system: event.system, user: event.user }),
      );
    },
    [api, addPrompt, begin, feature, output],
  );
  return { run, start, stop };
}
