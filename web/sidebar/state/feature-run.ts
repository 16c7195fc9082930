import type {
  Citation,
  ProgressStage,
  Receipt,
  Source,
  StreamEvent,
} from '../../../src/contract/stream-events.ts';
import type { Failure } from '../../shared/failure.ts';

/** Everything a card shows of one run of a feature; `T` is the feature's checked output. */
export interface FeatureRun<T> {
  readonly status: 'idle' | 'running' | 'done' | 'failed' | 'stopped';
  readonly requestId: string | null;
  readonly model: string | null;
  readonly demo: boolean;
  readonly stage: ProgressStage | null;
  /** Parts done of parts in all, where a stage tells. */
  readonly parts: { readonly done: number; readonly total: number } | null;
  readonly sources: readonly Source[];
  readonly citations: readonly Citation[];
  readonly text: string;
  readonly partial: unknown;
  readonly output: T | null;
  /** Why no model answered although the feature has one: the type of a problem. */
  readonly degraded: string | null;
  readonly receipt: Receipt | null;
  readonly failure: Failure | null;
}

/** Events of one feature; cards of others are none of its business. */
export type RunEvent = Exclude<StreamEvent, { type: 'output' | 'card' | 'card-problem' | 'prompt' }>;

/** What can happen to a run; `output` carries the value after the browser has checked it. */
export type FeatureRunAction<T> =
  | { readonly type: 'start' }
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'output'; readonly output: T; readonly degraded: string | null }
  | { readonly type: 'fail'; readonly failure: Failure }
  | { readonly type: 'stop' };

export const idleRun: FeatureRun<never> = {
  status: 'idle',
  requestId: null,
  model: null,
  demo: false,
  stage: null,
  parts: null,
  sources: [],
  citations: [],
  text: '',
  partial: null,
  output: null,
  degraded: null,
  receipt: null,
  failure: null,
};

/** The next state of a run; what arrives after its end changes nothing. */
export function reduceFeatureRun<T>(run: FeatureRun<T>, action: FeatureRunAction<T>): FeatureRun<T> {
  if (action.type === 'start') return { ...idleRun, status: 'running' };
  if (run.status !== 'running') return run;
  switch (action.type) {
    case 'stop':
      return { ...run, status: 'stopped', stage: null };
    case 'fail':
      return { ...run, status: 'failed', stage: null, failure: action.failure };
    case 'output':
      return { ...run, output: action.output, degraded: action.degraded };
    case 'event':
      return afterEvent(run, action.event);
  }
}

function afterEvent<T>(run: FeatureRun<T>, event: RunEvent): FeatureRun<T> {
  switch (event.type) {
    case 'started':
      return { ...run, requestId: event.requestId, model: event.model, demo: event.demo };
    case 'progress':
      return { ...run, stage: event.stage, parts: partsOf(event.done, event.total) };
    case 'sources':
      return { ...run, sources: event.sources };
    case 'text-delta':
      return { ...run, text: run.text + event.text };
    case 'partial':
      return { ...run, partial: event.value };
    case 'citation':
      return { ...run, citations: [...run.citations, event.citation] };
    case 'usage':
      return { ...run, receipt: event.receipt };
    case 'problem':
      return { ...run, status: 'failed', stage: null, failure: { kind: 'problem', problem: event.problem } };
    case 'done':
      if (run.output === null)
        return { ...run, status: 'failed', stage: null, failure: { kind: 'interrupted' } };
      return { ...run, status: 'done', stage: null };
  }
}

function partsOf(done: number | undefined, total: number | undefined) {
  return done === undefined || total === undefined ? null : { done, total };
}
