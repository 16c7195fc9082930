import type { Citation, ProgressStage, Receipt, Source } from '../contract/stream-events.ts';
import type { ProblemType } from '../kernel/problem-types.ts';
import type { Prompt } from '../ports/model-provider.ts';
import type { Transient } from '../kernel/transient.ts';

/** A stream event before it leaves: what comes from the ticket or the model is still transient. */
export type FeatureEvent =
  | {
      readonly type: 'started';
      readonly feature: string;
      readonly model: string | null;
      readonly demo: boolean;
    }
  | {
      readonly type: 'progress';
      readonly stage: ProgressStage;
      readonly done?: number;
      readonly total?: number;
    }
  /** What the model is sent, to the agent who asked to see it. */
  | { readonly type: 'prompt'; readonly prompt: Transient<Prompt> }
  | { readonly type: 'sources'; readonly sources: Transient<readonly Source[]> }
  | { readonly type: 'text-delta'; readonly text: Transient<string> }
  | { readonly type: 'partial'; readonly value: Transient<unknown> }
  | { readonly type: 'citation'; readonly citation: Transient<readonly Citation[]> }
  | { readonly type: 'output'; readonly value: Transient<unknown>; readonly degraded: ProblemType | null }
  /** Another ability's output, found while the ticket opens. */
  | { readonly type: 'card'; readonly feature: string; readonly value: Transient<unknown> }
  | { readonly type: 'card-problem'; readonly feature: string; readonly error: unknown }
  | { readonly type: 'usage'; readonly receipt: Receipt };

export type Emit = (event: FeatureEvent) => void;
