import type { UsageSettings } from '../behaviour.ts';
import type { JsonObject } from '../json.ts';

/** The vendors whose wire formats are simulated; also the first part of the path. */
export const dialectNames = [
  'openai',
  'anthropic',
  'google',
  'mistral',
  'deepseek',
  'xai',
  'moonshot',
  'openrouter',
  'compatible',
] as const;
export type DialectName = (typeof dialectNames)[number];
export type Api = 'chat' | 'responses' | 'messages' | 'generate-content';

/** Token counts: `input` includes both cache classes, `output` includes reasoning. */
export interface Usage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What a client asked for, the same for every wire format. */
export interface Ask {
  readonly dialect: DialectName;
  readonly api: Api;
  readonly model: string;
  readonly stream: boolean;
  readonly schema: JsonObject | null;
  /** System and developer text. Read on demand: plain answers never need it. */
  system(): string;
  /** All other text, in order. */
  user(): string;
}

export type Finish = 'stop' | 'length' | 'filter';
export interface Answer {
  readonly text: string;
  readonly finish: Finish;
  readonly usage: Usage | null;
}

/** One answer in a vendor's format: `body` unstreamed; `open`, `delta`s, `close` streamed; `failure` is an error amid a stream. */
export interface Wire {
  body(answer: Answer): string;
  open(answer: Answer): string;
  delta(text: string): string;
  close(answer: Answer): string;
  failure(): string;
}

/** Reads a request and makes the wire for its answer. */
export interface Dialect {
  read(name: DialectName, path: string, body: JsonObject): Ask;
  wire(ask: Ask, id: string, body: JsonObject): Wire;
}

/** An unnamed server-sent event. */
export const dataEvent = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
/** A server-sent event named after its `type`. */
export const namedEvent = (value: JsonObject): string =>
  `event: ${String(value['type'])}\ndata: ${JSON.stringify(value)}\n\n`;

/** The counts a key asks for, else example numbers that tell every class of token apart. */
export function usageFor(settings: UsageSettings, writesCache: boolean): Usage {
  const cacheRead = settings.cacheRead ?? (settings.input === undefined ? 1_024 : 0);
  const cacheWrite = settings.cacheWrite ?? (settings.input === undefined && writesCache ? 512 : 0);
  const input = settings.input ?? 1_200 + cacheWrite;
  const output = settings.output ?? 96;
  return {
    input,
    cacheRead,
    cacheWrite,
    output,
    reasoning: settings.reasoning ?? (settings.output === undefined ? 16 : 0),
  };
}
