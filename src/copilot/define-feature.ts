import type { z } from 'zod';
import type { Citation, Source } from '../contract/stream-events.ts';
import type { FeatureName } from '../contract/copilot.ts';
import { type Opened, Transient } from '../kernel/transient.ts';
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

/** `text`: deltas of the answer (of `field` when the model output is structured). `partial`: those fields as they grow that are words alone; what must be one of a list waits for the checks. */
export type Streams =
  | { readonly as: 'text'; readonly field?: string }
  | { readonly as: 'partial'; readonly fields: readonly string[] };

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

export interface CheckArguments<N extends Need, I, O> {
  readonly context: Context<N>;
  readonly input: I;
  /** What the evidence alone says, for a feature that has it. */
  readonly evidence: O | undefined;
  /** True on the second answer: `again` is then no longer possible. */
  readonly last: boolean;
  /** Counts for the output: comments read and left out by the budget. */
  readonly read: { readonly comments: number; readonly leftOut: number };
}

/** How a feature asks a model, and what it makes of the answer. */
export interface ModelPart<N extends Need, I, O, M extends z.ZodType> {
  readonly needs: readonly N[];
  readonly sends: readonly SentField[];
  /** What the model fills; left out when it answers in plain text. */
  readonly output?: M;
  /**
   * For a model that decides only what the evidence leaves open: the output for this ticket, narrower than `output`.
   * Undefined: nothing is open, no model is asked and the evidence stands.
   */
  readonly openOutput?: (about: Transient<readonly [context: Context<N>, input: I]>) => z.ZodType | undefined;
  /** Shown, edited and reset by the support lead. */
  readonly instructions: string;
  readonly streams: Streams;
  readonly maxOutputTokens: number;
  /** Past the model's window: `parts` reads all of it in several calls, `trim` keeps the first and the newest. */
  readonly whenTooLong: 'parts' | 'trim';
  /** False: the ticket has nothing to work on. */
  readonly hasMaterial: (context: Context<N>, input: I) => boolean;
  /** Pure: from what was fetched to what the model reads. */
  readonly content: (context: Context<N>, input: I) => FeatureContent;
  /** Texts whose links may appear in the answer. */
  readonly linkSources?: (context: Context<N>, input: I) => readonly string[];
  /** Pure: the checks in code between the model and the agent. */
  readonly check: (
    answer: M extends z.ZodNever ? string : z.output<M>,
    about: CheckArguments<N, I, O>,
  ) => FeatureResult<O>;
}

/** What a feature says without any model: from what Zendesk returned for this call and what the lead has set. */
export interface EvidencePart<N extends Need, I, O> {
  readonly needs: readonly N[];
  /** What an input asks for besides, because it costs more than opening a ticket should. */
  readonly moreNeeds?: (input: I) => readonly Need[];
  /** Pure. */
  readonly answer: (context: Context<N> & Partial<Context<Need>>, input: I, now: Date) => O;
}

/** A feature has evidence, a model, or both: with evidence it also works while no provider can be asked. */
export interface FeatureDefinition<
  EN extends Need,
  MN extends Need,
  I extends z.ZodType,
  O extends z.ZodType,
  M extends z.ZodType,
> {
  readonly name: FeatureName;
  readonly title: string;
  readonly input: I;
  readonly output: O;
  /** Its card is part of opening a ticket; otherwise it waits for a click. */
  readonly opensWithTicket?: boolean;
  readonly evidence?: EvidencePart<EN, Opened<z.output<I>>, z.output<O>>;
  readonly model?: ModelPart<MN, Opened<z.output<I>>, z.output<O>, M>;
}

/** A definition whose inner types are closed over; what the engine works with. */
export interface Feature {
  readonly name: FeatureName;
  readonly title: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly opensWithTicket: boolean;
  readonly evidence: FeatureEvidence | undefined;
  readonly model: FeatureModel | undefined;
}

export interface FeatureEvidence {
  readonly needs: readonly Need[];
  readonly moreNeeds?: (input: never) => readonly Need[];
  readonly answer: (context: Context<Need>, input: never, now: Date) => unknown;
}

export interface FeatureModel {
  readonly needs: readonly Need[];
  readonly sends: readonly SentField[];
  readonly output: z.ZodType | undefined;
  readonly openOutput?: (
    about: Transient<readonly [context: Context<Need>, input: never]>,
  ) => z.ZodType | undefined;
  readonly instructions: string;
  readonly streams: Streams;
  readonly maxOutputTokens: number;
  readonly whenTooLong: 'parts' | 'trim';
  readonly hasMaterial: (context: Context<Need>, input: never) => boolean;
  readonly content: (context: Context<Need>, input: never) => FeatureContent;
  readonly linkSources: (context: Context<Need>, input: never) => readonly string[];
  readonly check: (answer: never, about: CheckArguments<Need, never, unknown>) => FeatureResult<unknown>;
}

/** A feature that asks a model. */
export type ModelFeature = Feature & { readonly model: FeatureModel };

/** The feature as it asks about this ticket; undefined: there is nothing to ask. */
export function askedAbout(
  feature: ModelFeature,
  context: Transient<Context<Need>>,
  input: Transient<object>,
): ModelFeature | undefined {
  const { openOutput } = feature.model;
  if (openOutput === undefined) return feature;
  const output = openOutput(Transient.all([context, input]) as Transient<readonly [Context<Need>, never]>);
  return output && { ...feature, model: { ...feature.model, output } };
}

/** Checks a definition's types and closes over them. */
export function defineFeature<
  const EN extends Need,
  const MN extends Need,
  I extends z.ZodType,
  O extends z.ZodType,
  M extends z.ZodType = z.ZodNever,
>(definition: FeatureDefinition<EN, MN, I, O, M>): Feature {
  const { evidence, model } = definition;
  return {
    ...definition,
    opensWithTicket: definition.opensWithTicket ?? false,
    evidence,
    model: model && { ...model, output: model.output, linkSources: model.linkSources ?? (() => []) },
  } as unknown as Feature;
}
