import type { Citation, ProgressStage, Receipt, Source } from '../contract/stream-events.ts';
import type { Transient } from '../kernel/transient.ts';

/** A stream event before it leaves: what comes from the ticket or the model is still transient. */
export type FeatureEvent =
  | { readonly type: 'started'; readonly feature: string; readonly model: string; readonly demo: boolean }
  | {
      readonly type: 'progress';
      readonly stage: ProgressStage;
      readonly done?: number;
      readonly total?: number;
    }
  | { readonly type: 'sources'; readonly sources: Transient<readonly Source[]> }
  | { readonly type: 'text-delta'; readonly text: Transient<string> }
  | { readonly type: 'partial'; readonly value: Transient<unknown> }
  | { readonly type: 'citation'; readonly citation: Transient<readonly Citation[]> }
  | { readonly type: 'output'; readonly value: Transient<unknown> }
  | { readonly type: 'usage'; readonly receipt: Receipt };

export type Emit = (event: FeatureEvent) => void;
