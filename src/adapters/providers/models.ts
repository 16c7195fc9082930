import type { LanguageModelV4 } from '@ai-sdk/provider';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ModelConnection, ProviderKind } from '../../ports/model-provider.ts';
import type { FastFetch } from './fast-fetch.ts';

type Fetch = typeof globalThis.fetch;
interface Account {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly fetch: Fetch;
}
type Factory = (account: Account) => (model: string) => LanguageModelV4;

// Imported on first use: together they cost about 40 MB and 300 ms, and a host mostly uses one or two.
const factories: Record<ProviderKind, () => Promise<Factory>> = {
  openai: async () => {
    const { createOpenAI } = await import('@ai-sdk/openai');
    return (account) => createOpenAI(account).responses;
  },
  anthropic: async () => {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return (account) => createAnthropic(account);
  },
  google: async () => {
    const { createGoogle } = await import('@ai-sdk/google');
    return (account) => createGoogle(account);
  },
  mistral: async () => {
    const { createMistral } = await import('@ai-sdk/mistral');
    return (account) => createMistral(account);
  },
  deepseek: async () => {
    const { createDeepSeek } = await import('@ai-sdk/deepseek');
    return (account) => createDeepSeek(account);
  },
  xai: async () => {
    const { createXai } = await import('@ai-sdk/xai');
    return (account) => createXai(account).responses;
  },
  moonshot: async () => {
    const { createMoonshotAI } = await import('@ai-sdk/moonshotai');
    return (account) => createMoonshotAI(account);
  },
  openrouter: async () => {
    const { createOpenRouter } = await import('@openrouter/ai-sdk-provider');
    return (account) => {
      const provider = createOpenRouter({ ...account, compatibility: 'strict' });
      return (model) => provider.chat(model);
    };
  },
  'openai-compatible': async () => {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    return (account) => {
      const settings = { name: 'compatible', includeUsage: true, supportsStructuredOutputs: true };
      const provider = createOpenAICompatible({ ...account, ...settings });
      return (model) => provider.chatModel(model);
    };
  },
};

const vendorBaseUrls: Record<ProviderKind, string | undefined> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
  mistral: 'https://api.mistral.ai/v1',
  deepseek: 'https://api.deepseek.com',
  xai: 'https://api.x.ai/v1',
  moonshot: 'https://api.moonshot.ai/v1',
  openrouter: 'https://openrouter.ai/api/v1',
  'openai-compatible': undefined,
};

/** Base addresses that replace the vendors' own, path included; for a relay or a simulator. */
export type Origins = Partial<Record<ProviderKind, string>>;

/** Where a connection's calls go, without a slash at the end; throws `provider-not-connected` when it is unknown. */
export function baseUrlOf(connection: Pick<ModelConnection, 'kind' | 'baseUrl'>, origins: Origins): string {
  const url = connection.baseUrl ?? origins[connection.kind] ?? vendorBaseUrls[connection.kind];
  if (url === undefined || !URL.canParse(url)) throw new ProblemError('provider-not-connected');
  return url.replace(/\/+$/, '');
}

/** The connection's own key; throws `provider-auth` when it is empty, because the packages would look elsewhere. */
export function keyOf(connection: Pick<ModelConnection, 'apiKey'>): string {
  if (connection.apiKey.trim() === '') throw new ProblemError('provider-auth');
  return connection.apiKey;
}

/** Gives the model object of a connection; building one costs more than a call, so it is kept as long as the settings it belongs to. */
export class Models {
  private readonly fetch: Fetch;
  private readonly origins: Origins;
  /** By the very object of the settings, which a warm call hands over again. */
  private readonly kept = new WeakMap<ModelConnection, LanguageModelV4>();

  constructor(fetch: FastFetch, origins: Origins) {
    this.fetch = fetch as unknown as Fetch;
    this.origins = origins;
  }

  /** Throws `provider-auth` and `provider-not-connected` like `keyOf` and `baseUrlOf`. */
  modelFor(connection: ModelConnection): LanguageModelV4 | Promise<LanguageModelV4> {
    return this.kept.get(connection) ?? this.build(connection);
  }

  private async build(connection: ModelConnection): Promise<LanguageModelV4> {
    const apiKey = keyOf(connection);
    const baseURL = baseUrlOf(connection, this.origins);
    const factory = await factories[connection.kind]();
    const model = factory({ apiKey, baseURL, fetch: this.fetch })(connection.model);
    this.kept.set(connection, model);
    return model;
  }
}

const reasoningModel =
  /^(o\d|gpt-[5-9]|gemini-(2\.5|[3-9])|grok-[4-9]|kimi-k[2-9]|magistral|claude-[a-z]+-[5-9]|deepseek-v[4-9])|reason|think|-r1|qwq/;

/** Whether a model probably thinks before it writes, judged by its name. */
export function isReasoningModel(model: string): boolean {
  return (
    reasoningModel.test(model.slice(model.lastIndexOf('/') + 1).toLowerCase()) &&
    !model.includes('non-reasoning')
  );
}
