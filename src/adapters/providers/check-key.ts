import type { KeyCheck, ModelConnection, ProviderKind } from '../../ports/model-provider.ts';
import { faultOf } from './errors.ts';
import type { FastFetch, FastResponse } from './fast-fetch.ts';

const timeoutMs = 5_000;

type Fields = Readonly<Record<string, unknown>>;
type Verdict = Exclude<KeyCheck['state'], 'valid'> | undefined;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function headersFor(kind: ProviderKind, apiKey: string): Record<string, string> {
  if (kind === 'anthropic') return { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' };
  return kind === 'google' ? { 'x-goog-api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
}

const listPaths: Partial<Record<ProviderKind, string>> = {
  anthropic: '/models?limit=1000',
  google: '/models?pageSize=1000',
};

/** Where a vendor tells whether money is left, and how to read it. */
const balances: Partial<
  Record<ProviderKind, { readonly path: string; readonly isEmpty: (body: Fields) => boolean }>
> = {
  openrouter: {
    path: '/key',
    isEmpty: (body) => {
      const left = fieldsOf(body['data'])['limit_remaining'];
      return typeof left === 'number' && left <= 0;
    },
  },
  deepseek: { path: '/user/balance', isEmpty: (body) => body['is_available'] === false },
  moonshot: {
    path: '/users/me/balance',
    isEmpty: (body) => {
      const left = fieldsOf(body['data'])['available_balance'];
      return typeof left === 'number' && left <= 0;
    },
  },
};

/** Ids from the lists of all vendors: `data[].id`, or Google's `models[].name` of models that write text. */
function modelsIn(body: unknown): string[] {
  const { data, models } = fieldsOf(body);
  const entries = Array.isArray(data) ? data : Array.isArray(models) ? models : [];
  return entries.map(fieldsOf).flatMap((entry) => {
    const methods = entry['supportedGenerationMethods'];
    if (Array.isArray(methods) && !methods.includes('generateContent')) return [];
    const id = entry['id'] ?? entry['name'];
    return typeof id === 'string' && id !== '' ? [id.replace(/^models\//, '')] : [];
  });
}

function verdictOn(status: number, responseBody: string, kind: ProviderKind): Verdict {
  const { problem } = faultOf({ statusCode: status, responseBody }, kind);
  if (problem === 'provider-auth') return 'invalid';
  return problem === 'provider-quota' ? 'no-credit' : 'unreachable';
}

async function jsonOf(response: FastResponse): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** Asks for the list of models and, where it can be known, the balance; sends no content. Throws the abort reason only. */
export async function checkKey(
  fetch: FastFetch,
  { kind, apiKey, baseUrl }: Pick<ModelConnection, 'kind' | 'apiKey'> & { readonly baseUrl: string },
  caller: AbortSignal,
): Promise<KeyCheck> {
  const signal = AbortSignal.any([caller, AbortSignal.timeout(timeoutMs)]);
  const headers = headersFor(kind, apiKey);
  const get = (path: string): Promise<FastResponse> => fetch(baseUrl + path, { headers, signal });
  try {
    const balance = balances[kind];
    const [list, purse] = await Promise.all([
      get(listPaths[kind] ?? '/models'),
      // Without an answer about the balance the key may still be good.
      balance === undefined ? undefined : get(balance.path).catch(() => undefined),
    ]);
    if (!list.ok)
      return { state: verdictOn(list.status, await list.text(), kind) ?? 'unreachable', models: [] };
    const models = modelsIn(await jsonOf(list));
    // OpenRouter lists its models to anybody: only the question about the key tells whether it is one.
    if (purse !== undefined && (purse.status === 401 || purse.status === 403))
      return { state: 'invalid', models: [] };
    const money = purse?.ok === true ? fieldsOf(await jsonOf(purse)) : undefined;
    if (purse !== undefined && money === undefined) await purse.body.cancel();
    return { state: money !== undefined && balance?.isEmpty(money) === true ? 'no-credit' : 'valid', models };
  } catch {
    caller.throwIfAborted();
    return { state: 'unreachable', models: [] };
  }
}
