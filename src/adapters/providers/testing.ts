import { ProblemError } from '../../kernel/problem-error.ts';
import type { ProblemType } from '../../kernel/problem-types.ts';
import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import type {
  FinishedGeneration,
  Generation,
  ModelProvider,
  ProviderKind,
} from '../../ports/model-provider.ts';
import { spentOf, type SpentUsage } from '../../ports/spent-usage.ts';

/** For tests only: each kind's path at the provider simulator, and a model of it. */
export const kinds: Record<ProviderKind, { readonly path: string; readonly model: string }> = {
  openai: { path: '/openai/v1', model: 'gpt-5.4-mini' },
  anthropic: { path: '/anthropic/v1', model: 'claude-haiku-4-5' },
  google: { path: '/google/v1beta', model: 'gemini-3.5-flash' },
  mistral: { path: '/mistral/v1', model: 'mistral-large-latest' },
  deepseek: { path: '/deepseek', model: 'deepseek-v4-flash' },
  xai: { path: '/xai/v1', model: 'grok-4.3' },
  moonshot: { path: '/moonshot/v1', model: 'kimi-k2.5' },
  openrouter: { path: '/openrouter/api/v1', model: 'openai/gpt-5.4-mini' },
  'openai-compatible': { path: '/compatible/v1', model: 'local-model' },
};
export const names = Object.keys(kinds) as ProviderKind[];
export const clock = { now: () => new Date(), elapsed: () => performance.now() };
const canary = 'CANARY-7f3a91';

let serial = 0;
/** A generation with a key of its own, because the simulator counts calls by key. */
export function generationAt(
  url: string,
  kind: ProviderKind,
  settings: string,
  more: Partial<Generation> = {},
): Generation {
  serial += 1;
  return {
    connection: {
      kind,
      baseUrl: url + kinds[kind].path,
      apiKey: settings === 'wrong' ? 'sk-wrong' : `sk-sim${settings}.id=${serial}`,
      model: kinds[kind].model,
      demo: false,
      contextWindow: undefined,
    },
    prompt: Transient.of({ system: 'You help an agent.', user: `Where is order 4711? ${canary}` }),
    maxOutputTokens: 300,
    temperature: 0.2,
    cacheKey: 'cache-1',
    signal: new AbortController().signal,
    ...more,
  };
}

export interface Streamed {
  readonly deltas: string[];
  readonly finished: FinishedGeneration | undefined;
  readonly error: unknown;
}

/** Reads a stream to its end or error. */
export async function readStream(
  from: ModelProvider,
  asked: Generation,
  onDelta?: () => void,
): Promise<Streamed> {
  const deltas: string[] = [];
  try {
    for await (const event of from.stream(asked)) {
      if (event.type === 'finished') return { deltas, finished: event, error: undefined };
      deltas.push(reveal(event.text, 'reply'));
      onDelta?.();
    }
    return { deltas, finished: undefined, error: undefined };
  } catch (error) {
    return { deltas, finished: undefined, error };
  }
}

/** What a promise is rejected with. */
export const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Every text that can be reached from an error, hidden properties and the stack included. */
function textsIn(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || seen.has(value)) return '';
  seen.add(value);
  return Reflect.ownKeys(value)
    .map((key) => `${String(key)} ${textsIn(Reflect.get(value, key), seen)}`)
    .join(' ');
}

/** What was spent until a problem of this kind; throws when it is another, or when content or a key is in it. */
export function spentUntil(error: unknown, type: ProblemType): SpentUsage {
  if (!(error instanceof ProblemError)) throw new Error(`Not a problem: ${String(error)}`, { cause: error });
  if (error.type !== type) throw new Error(`Expected ${type}, got ${error.type}`);
  const texts = textsIn(error);
  if (texts.includes(canary) || texts.includes('sk-') || error.cause !== undefined)
    throw new Error('The problem leaks');
  const spent = spentOf(error);
  if (spent === undefined) throw new Error('Nothing was noted about what was spent');
  return spent;
}
