import {
  calcPrice,
  findProvider,
  type MatchLogic,
  type PriceCalculation,
  type PriceOptions,
  type Provider,
  type Usage,
} from '@pydantic/genai-prices';
import { LRUCache } from 'lru-cache';
import type { CostQuality } from '../../contract/stream-events.ts';
import type { ModelConnection, ProviderKind } from '../../ports/model-provider.ts';

/** Tokens by class; `input` includes cached and written, `output` includes reasoning. */
export interface TokenCounts {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What a call cost, in billionths of a US dollar; null when the catalogue does not know the model. */
export interface Price {
  readonly costNanoUsd: number | null;
  readonly costQuality: CostQuality;
}

const catalogueIds: Record<ProviderKind, string | undefined> = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'google',
  mistral: 'mistral',
  deepseek: 'deepseek',
  xai: 'x-ai',
  moonshot: 'moonshotai',
  openrouter: 'openrouter',
  'openai-compatible': undefined,
};

type Asked = Pick<ModelConnection, 'kind' | 'baseUrl' | 'model'>;

function calculate(usage: Usage, model: string, options: PriceOptions): PriceCalculation | undefined {
  try {
    return calcPrice(usage, model, options) ?? undefined;
  } catch {
    // Counts that contradict each other are the provider's: better no price than a wrong one.
    return undefined;
  }
}

const version = /[-@](?:latest|\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{2}-\d{4})$/;

function namesExactly(match: MatchLogic, model: string): boolean {
  if ('equals' in match) return match.equals === model;
  return 'or' in match && match.or.some((part) => namesExactly(part, model));
}

/** Whether a catalogue entry is this very model, and not just one whose name begins alike. */
function isSameModel(entry: PriceCalculation['model'], model: string): boolean {
  const asked = model.toLowerCase();
  return (
    entry.id === asked ||
    entry.id.replace(version, '') === asked.replace(version, '') ||
    namesExactly(entry.match, asked)
  );
}

/** The catalogue, with what was found in it for the last used models, because finding costs more than reckoning. */
export class Prices {
  private readonly found = new LRUCache<string, { readonly provider: Provider | undefined }>({ max: 1_000 });

  /** The price of a call at its time; `family` when only a relative of the model is listed. */
  priceOf(asked: Asked, counts: TokenCounts, at: Date): Price {
    const provider = this.providerOf(asked);
    const usage = {
      input_tokens: counts.input,
      cache_read_tokens: counts.cached,
      cache_write_tokens: counts.cacheWrite,
      output_tokens: counts.output,
    };
    const price =
      provider === undefined ? undefined : calculate(usage, asked.model, { provider, timestamp: at });
    if (price === undefined) return { costNanoUsd: null, costQuality: 'unknown' };
    const id = catalogueIds[asked.kind];
    const same = isSameModel(price.model, asked.model) && (id === undefined || price.provider.id === id);
    return { costNanoUsd: Math.round(price.total_price * 1e9), costQuality: same ? 'catalog' : 'family' };
  }

  /** Tokens a model can read and write together; undefined when the catalogue does not say. */
  windowOf(asked: Asked): number | undefined {
    return this.providerOf(asked)?.models[0]?.context_window;
  }

  /** The model's provider with that model as its only one, so that the next price is found at once. */
  private providerOf(asked: Asked): Provider | undefined {
    const id = `${asked.kind}\n${asked.baseUrl ?? ''}\n${asked.model}`;
    const known = this.found.get(id);
    if (known !== undefined) return known.provider;
    const providerId = catalogueIds[asked.kind];
    const listed = findProvider(
      providerId === undefined ? { providerApiUrl: asked.baseUrl ?? '' } : { providerId },
    );
    const priced =
      listed === undefined ? undefined : calculate({ input_tokens: 1 }, asked.model, { provider: listed });
    const provider = priced === undefined ? undefined : { ...priced.provider, models: [priced.model] };
    this.found.set(id, { provider });
    return provider;
  }
}
