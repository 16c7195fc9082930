import type { z } from 'zod';
import type { Citation, Source } from '../contract/stream-events.ts';
import type { FeatureName } from '../contract/copilot.ts';
import type { Opened } from '../kernel/transient.ts';
import type { Context, Need } from './context/catalogue.ts';
import type { DataBlock } from './prompt/data-block.ts';

/** Ticket fields that can be sent to a provider; a feature declares which it sends (promise P15). */
export type SentField =
  | 'subject'
  | 'status'
  | 'priority'
  | 'type'
  | 'tags'
  | 'requester.name'
  | 'comments'
  | 'internal-notes'
  | 'sources'
  | 'agent-text';

/** What a feature wants the model to read: data first, then the task. */
export interface FeatureContent {
  readonly blocks: readonly DataBlock[];
  readonly task: string;
  /** BCP 47 tag the answer should be in; `customer` lets the model follow the customer. */
  readonly language: string;
}

/** The model's answer after the feature's own checks. */
export type FeatureResult<O> =
  | {
      readonly kind: 'output';
      readonly output: O;
      readonly sources?: readonly Source[];
      readonly citations?: readonly Citation[];
    }
  /** Ask once more, with this line added to the task: what was wrong. */
  | { readonly kind: 'again'; readonly because: string }
  | { readonly kind: 'refused'; readonly detail: string };

export interface CheckArguments<N extends Need, I> {
  readonly context: Context<N>;
  readonly input: I;
  /** True on the second answer: `again` is then no longer possible. */
  readonly last: boolean;
  /** Counts for the output: comments read and left out by the budget. */
  readonly read: { readonly comments: number; readonly leftOut: number };
}

export interface FeatureDefinition<
  N extends Need,
  I extends z.ZodType,
  O extends z.ZodType,
  M extends z.ZodType,
> {
  readonly name: FeatureName;
  readonly title: string;
  readonly needs: readonly N[];
  readonly sends: readonly SentField[];
  readonly input: I;
  readonly output: O;
  /** What the model fills; left out when it answers in plain text. */
  readonly modelOutput?: M;
  /** Shown, edited and reset by the support lead. */
  readonly instructions: string;
  /** `text`: deltas of the answer (of `field` when the model output is structured). `partial`: the object as it grows. */
  readonly streams: { readonly as: 'text'; readonly field?: string } | { readonly as: 'partial' };
  readonly maxOutputTokens: number;
  /** Past the model's window: `parts` reads all of it in several calls, `trim` keeps the first and the newest. */
  readonly whenTooLong: 'parts' | 'trim';
  /** False: the ticket has nothing to work on. */
  readonly hasMaterial: (context: Context<N>, input: Opened<z.output<I>>) => boolean;
  /** Pure: from what was fetched to what the model reads. */
  readonly content: (context: Context<N>, input: Opened<z.output<I>>) => FeatureContent;
  /** Texts whose links may appear in the answer. */
  readonly linkSources?: (context: Context<N>, input: Opened<z.output<I>>) => readonly string[];
  /** Pure: the checks in code between the model and the agent. */
  readonly check: (
    answer: M extends z.ZodNever ? string : z.output<M>,
    about: CheckArguments<N, Opened<z.output<I>>>,
  ) => FeatureResult<z.output<O>>;
}

/** A definition whose inner types are closed over; what the engine works with. */
export interface Feature {
  readonly name: FeatureName;
  readonly title: string;
  readonly needs: readonly Need[];
  readonly sends: readonly SentField[];
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly modelOutput: z.ZodType | undefined;
  readonly instructions: string;
  readonly streams: { readonly as: 'text'; readonly field?: string } | { readonly as: 'partial' };
  readonly maxOutputTokens: number;
  readonly whenTooLong: 'parts' | 'trim';
  readonly hasMaterial: (context: Context<Need>, input: never) => boolean;
  readonly content: (context: Context<Need>, input: never) => FeatureContent;
  readonly linkSources: (context: Context<Need>, input: never) => readonly string[];
  readonly check: (answer: never, about: CheckArguments<Need, never>) => FeatureResult<unknown>;
}

/** Checks a definition's types and closes over them. */
export function defineFeature<
  const N extends Need,
  I extends z.ZodType,
  O extends z.ZodType,
  M extends z.ZodType = z.ZodNever,
>(definition: FeatureDefinition<N, I, O, M>): Feature {
  return {
    ...definition,
    modelOutput: definition.modelOutput,
    linkSources: definition.linkSources ?? (() => []),
  } as unknown as Feature;
}
