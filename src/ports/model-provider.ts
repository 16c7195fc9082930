import type { CostQuality } from '../contract/stream-events.ts';
import type { JsonObject, JsonValue } from '../kernel/json.ts';
import type { Transient } from '../kernel/transient.ts';

export const providerKinds = [
  'openai',
  'anthropic',
  'google',
  'mistral',
  'deepseek',
  'xai',
  'moonshot',
  'openrouter',
  'openai-compatible',
] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** Which provider account is asked. */
export interface ModelConnection {
  readonly kind: ProviderKind;
  /** Undefined: the vendor's own address. Required for `openai-compatible`. */
  readonly baseUrl: string | undefined;
  /** The subscription's own key; there is no other. */
  readonly apiKey: string;
  readonly model: string;
  readonly demo: boolean;
  /** Tokens; undefined when neither catalogue nor operator says it. */
  readonly contextWindow: number | undefined;
}

/** Rendered for one call, never stored. `system` is the same for many calls (cacheable); `user` holds the ticket and the task. */
export interface Prompt {
  readonly system: string;
  readonly user: string;
}

/** A JSON schema that every vendor accepts, and the check of what comes back. */
export interface OutputShape {
  readonly name: string;
  readonly schema: JsonObject;
  accepts(value: JsonValue): boolean;
}

export interface Generation {
  readonly connection: ModelConnection;
  readonly prompt: Transient<Prompt>;
  readonly output?: OutputShape;
  /** Tokens. */
  readonly maxOutputTokens: number;
  readonly temperature?: number;
  /** Groups calls that share a prefix; hash of subscription, feature and prompt version. */
  readonly cacheKey?: string;
  readonly signal: AbortSignal;
}

/** Tokens by class and what they cost; see `Receipt` for the meaning of each class. */
export interface Usage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly costNanoUsd: number | null;
  readonly costQuality: CostQuality;
}

/** `text-delta`s as they come (raw JSON text when an output shape is set), then `finished`; errors are thrown as `ProblemError`. */
export type GenerationEvent =
  | { readonly type: 'text-delta'; readonly text: Transient<string> }
  | {
      readonly type: 'finished';
      readonly text: Transient<string>;
      /** Present when an output shape was set; accepted by it. */
      readonly output: Transient<JsonValue> | undefined;
      readonly usage: Usage;
      /** `length`: the output cap cut it. */
      readonly reason: 'stop' | 'length' | 'other';
      /** Calls made to the provider for this answer: 1, more after a retry or repair. */
      readonly calls: number;
    };
export type FinishedGeneration = Extract<GenerationEvent, { type: 'finished' }>;

/** A key check that sends no content. */
export interface KeyCheck {
  readonly state: 'valid' | 'invalid' | 'no-credit' | 'unreachable';
  readonly models: readonly string[];
}

export interface ModelProvider {
  generate(generation: Generation): Promise<FinishedGeneration>;
  stream(generation: Generation): AsyncIterable<GenerationEvent>;
  checkKey(
    connection: Omit<ModelConnection, 'contextWindow' | 'demo'>,
    signal: AbortSignal,
  ): Promise<KeyCheck>;
  /** Tokens a text would take for this model, with the model's safety factor; an estimate. */
  countTokens(connection: ModelConnection, text: Transient<string>): number;
  /** Tokens the model can read and write together; the catalogue's figure, or 32,000 when unknown. */
  contextWindow(connection: ModelConnection): number;
  /** What a call of so many tokens would cost, in billionths of a US dollar; null when the price is not known. */
  priceOf(
    connection: ModelConnection,
    tokens: { readonly input: number; readonly output: number },
  ): number | null;
  /** Host name of the provider, for receipts. */
  hostOf(connection: Pick<ModelConnection, 'kind' | 'baseUrl'>): string;
}
