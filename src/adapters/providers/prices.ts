import { calcPrice, findProvider, type MatchLogic, type PriceCalculation } from '@pydantic/genai-prices';
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

function look(asked: Asked, counts: TokenCounts, at: Date): PriceCalculation | undefined {
  const providerId = catalogueIds[asked.kind];
  const providerApiUrl = asked.baseUrl;
  if (providerId === undefined && (providerApiUrl === undefined || findProvider({ providerApiUrl }) === undefined)) return undefined;
  const usage = {
    input_tokens: counts.input,
    cache_read_tokens: counts.cached,
    cache_write_tokens: counts.cacheWrite,
    output_tokens: counts.output,
  };
  const where = providerId === undefined ? { providerApiUrl: providerApiUrl ?? '' } : { providerId };
  try {
    return calcPrice(usage, asked.model, { ...where, timestamp: at }) ?? undefined;
  } catch {
    // Counts that contradict each other are the provider's; without a price rather than with a wrong one.
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
  return entry.id === asked || entry.id.replace(version, '') === asked.replace(version, '') || namesExactly(entry.match, asked);
}

/** The catalogue's price for a call at its time; `family` when only a relative of the model is listed. */
export function priceOf(asked: Asked, counts: TokenCounts, at: Date): Price {
  const found = look(asked, counts, at);
  if (found === undefined) return { costNanoUsd: null, costQuality: 'unknown' };
  const id = catalogueIds[asked.kind];
  const same = isSameModel(found.model, asked.model) && (id === undefined || found.provider.id === id);
  return { costNanoUsd: Math.round(found.total_price * 1e9), costQuality: same ? 'catalog' : 'family' };
}

/** Tokens the catalogue says a model can read and write together; undefined when it does not say. */
export function catalogueWindow(asked: Asked, at: Date): number | undefined {
  return look(asked, { input: 1, cached: 0, cacheWrite: 0, output: 1, reasoning: 0 }, at)?.model.context_window;
}
