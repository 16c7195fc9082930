import type { DialectName } from './dialects/dialect.ts';

const models: Readonly<Record<DialectName, readonly string[]>> = {
  openai: ['gpt-5.4', 'gpt-5.4-mini', 'gpt-6-astra'],
  anthropic: ['claude-opus-5-5', 'claude-sonnet-5', 'claude-haiku-4-5'],
  google: ['gemini-3-pro', 'gemini-3-flash'],
  mistral: ['mistral-large-latest', 'mistral-small-latest'],
  deepseek: ['deepseek-v4', 'deepseek-v4-flash'],
  xai: ['grok-4.3', 'grok-4-fast'],
  moonshot: ['kimi-k3', 'kimi-k2.5'],
  openrouter: ['openai/gpt-5.4-mini', 'anthropic/claude-haiku-4.5'],
  compatible: ['indesk-demo', 'llama-local'],
};

const openaiList = (name: DialectName): unknown => ({
  object: 'list',
  data: models[name].map((id) => ({ id, object: 'model', created: 1_790_000_000, owned_by: name })),
});

const openrouterList = (): unknown => ({
  data: models.openrouter.map((id) => ({
    id,
    name: id,
    context_length: 131_072,
    pricing: { prompt: '0.000001', completion: '0.000004', input_cache_read: '0.0000001' },
  })),
});

/** What a key may read without a prompt: the model list, OpenRouter's key record, Kimi's balance. Undefined for other paths. */
export function readOnlyAnswer(name: DialectName, rest: string): unknown {
  if (name === 'anthropic' && rest === '/v1/models') {
    return {
      data: models.anthropic.map((id) => ({
        type: 'model',
        id,
        display_name: id,
        created_at: '2026-01-01T00:00:00Z',
      })),
      has_more: false,
      first_id: models.anthropic[0],
      last_id: models.anthropic.at(-1),
    };
  }
  if (name === 'google' && rest === '/v1beta/models') {
    return {
      models: models.google.map((id) => ({
        name: `models/${id}`,
        displayName: id,
        inputTokenLimit: 1_048_576,
        outputTokenLimit: 65_536,
        supportedGenerationMethods: ['generateContent', 'countTokens'],
      })),
    };
  }
  if (name === 'openrouter') {
    if (rest === '/api/v1/key')
      return {
        data: {
          label: 'sk-or-v1-sim...ple',
          limit: 20,
          limit_remaining: 12.5,
          usage: 7.5,
          is_free_tier: false,
          expires_at: null,
        },
      };
    return rest === '/api/v1/models' ? openrouterList() : undefined;
  }
  if (name === 'moonshot' && rest === '/v1/users/me/balance')
    return {
      code: 0,
      data: { available_balance: 49.5, voucher_balance: 0, cash_balance: 49.5 },
      scode: '0x0',
      status: true,
    };
  if (name === 'deepseek' && rest === '/user/balance')
    return { is_available: true, balance_infos: [{ currency: 'USD', total_balance: '12.00' }] };
  const listPath = name === 'deepseek' ? '/models' : '/v1/models';
  return rest === listPath ? openaiList(name) : undefined;
}
