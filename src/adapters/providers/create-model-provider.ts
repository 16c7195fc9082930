import type { Dispatcher } from 'undici';
import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EgressPurpose } from '../../ports/egress.ts';
import type {
  FinishedGeneration,
  Generation,
  GenerationEvent,
  ModelConnection,
  ModelProvider,
} from '../../ports/model-provider.ts';
import type { Breakers } from './breakers.ts';
import { checkKey } from './check-key.ts';
import { defaultDeadlines, type Deadlines } from './deadlines.ts';
import { DeltaQueue } from './delta-queue.ts';
import { createFastFetch } from './fast-fetch.ts';
import { GenerationRun, type RunParts } from './generation-run.ts';
import { baseUrlOf, keyOf, Models, type Origins } from './models.ts';
import { Prices } from './prices.ts';
import { RequestTemplates } from './request-template.ts';
import { TokenCounter } from './tokens.ts';

/** Tokens assumed for a model that nobody describes. */
const unknownWindow = 32_000;

export interface ModelProviderOptions {
  /** The way out; it decides which addresses may be reached. */
  readonly dispatcherFor: (purpose: EgressPurpose) => Dispatcher;
  readonly clock: Clock;
  readonly origins?: Origins;
  readonly deadlines?: Partial<Deadlines>;
  /** Between 0 and 1, for the pauses between tries; `Math.random` unless told. */
  readonly random?: () => number;
  /** Absent: every call is tried. */
  readonly breakers?: Breakers;
}

/** All providers behind one port; each call uses the key and address it is given and nothing from the environment. */
export function createModelProvider(options: ModelProviderOptions): ModelProvider {
  const { clock, origins = {} } = options;
  const fetch = createFastFetch(options.dispatcherFor('provider'));
  const tokens = new TokenCounter();
  const prices = new Prices();
  const parts: RunParts = {
    models: new Models(fetch, origins),
    templates: new RequestTemplates(),
    fetch,
    tokens,
    prices,
    clock,
    deadlines: { ...defaultDeadlines, ...options.deadlines },
    random: options.random ?? Math.random,
  };
  // Connections live as long as the settings they come from; reading an address for each call showed in the profile.
  const hosts = new WeakMap<Pick<ModelConnection, 'kind' | 'baseUrl'>, string>();
  const hostOf = (connection: Pick<ModelConnection, 'kind' | 'baseUrl'>): string => {
    const host = hosts.get(connection) ?? new URL(baseUrlOf(connection, origins)).host;
    hosts.set(connection, host);
    return host;
  };
  const { breakers } = options;
  const guarded: Guard = (generation, work) =>
    breakers === undefined
      ? work()
      : breakers.run(generation.connection, () => hostOf(generation.connection), work);
  return {
    generate: (generation) => guarded(generation, () => new GenerationRun(parts, generation).finish()),
    stream: (generation) => streamed(parts, generation, guarded),
    checkKey: async (connection, signal) => {
      signal.throwIfAborted();
      const { kind } = connection;
      const check = await checkKey(
        fetch,
        { kind, apiKey: keyOf(connection), baseUrl: baseUrlOf(connection, origins) },
        signal,
      );
      if (check.state === 'valid') breakers?.forgive(connection, hostOf(connection));
      return check;
    },
    countTokens: (connection, text) => tokens.count(connection, reveal(text, 'model-provider')),
    contextWindow: (connection) => connection.contextWindow ?? prices.windowOf(connection) ?? unknownWindow,
    priceOf: (connection, { input, output }) =>
      prices.priceOf(connection, { input, cached: 0, cacheWrite: 0, output, reasoning: 0 }, clock.now())
        .costNanoUsd,
    hostOf,
  };
}

/** Runs a generation unless a breaker refuses it. */
type Guard = (generation: Generation, work: () => Promise<FinishedGeneration>) => Promise<FinishedGeneration>;

type Outcome = { readonly finished: FinishedGeneration } | { readonly error: unknown };

async function* streamed(
  parts: RunParts,
  generation: Generation,
  guarded: Guard,
): AsyncGenerator<GenerationEvent, void, undefined> {
  const queue = new DeltaQueue();
  const run = new GenerationRun(parts, generation, queue);
  const outcome: Promise<Outcome> = guarded(generation, () => run.finish()).then(
    (finished) => ({ finished }),
    (error: unknown) => ({ error }),
  );
  void outcome.then(() => queue.close());
  try {
    for (let text = await queue.take(); text !== undefined; text = await queue.take()) {
      yield { type: 'text-delta', text: Transient.of(text) };
    }
    const ended = await outcome;
    if ('error' in ended) throw ended.error;
    yield ended.finished;
  } finally {
    run.watch.leave();
  }
}
