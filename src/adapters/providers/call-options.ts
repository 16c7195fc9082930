import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { reveal } from '../../kernel/reveal.ts';
import type { Generation, OutputShape } from '../../ports/model-provider.ts';
import { isReasoningModel } from './models.ts';

type ProviderOptions = NonNullable<LanguageModelV4CallOptions['providerOptions']>;

/** Tokens on top of the cap, because vendors count thinking against it and would send an empty answer. */
const thinkingTokens = 2_048;

const onlyJson = 'Return only one JSON value that fits the schema: no other text, no code fence.';

const cachedSystem: ProviderOptions = { anthropic: { cacheControl: { type: 'ephemeral' } } };

function providerOptionsFor({ connection, cacheKey }: Generation): ProviderOptions | undefined {
  const promptCacheKey = cacheKey === undefined ? {} : { promptCacheKey: cacheKey };
  switch (connection.kind) {
    case 'openai':
      // Without it the vendor keeps prompt and answer on its servers.
      return { openai: { store: false, strictJsonSchema: true, ...promptCacheKey } };
    case 'xai':
      return { xai: { store: false, ...promptCacheKey } };
    case 'mistral':
      return { mistral: { strictJsonSchema: true, ...promptCacheKey } };
    case 'moonshot':
      return { moonshotai: promptCacheKey };
    default:
      return undefined;
  }
}

function responseFormatFor(output: OutputShape | undefined): LanguageModelV4CallOptions['responseFormat'] {
  if (output === undefined) return { type: 'text' };
  // Some vendors refuse the dialect's name inside the schema.
  const { $schema: _dialect, ...schema } = output.schema;
  return { type: 'json', name: output.name, schema: schema as NonNullable<object> };
}

/** One generation in the words of the provider packages; `again` adds the line that asks for bare JSON. */
export function callOptions(
  generation: Generation,
  abortSignal: AbortSignal,
  again: boolean,
): LanguageModelV4CallOptions {
  const { connection, maxOutputTokens, temperature } = generation;
  const { system, user } = reveal(generation.prompt, 'model-provider');
  const text = again ? `${user}\n\n${onlyJson}` : user;
  const providerOptions = providerOptionsFor(generation);
  return {
    prompt: [
      ...(system === ''
        ? []
        : [
            {
              role: 'system' as const,
              content: system,
              ...(connection.kind === 'anthropic' ? { providerOptions: cachedSystem } : {}),
            },
          ]),
      { role: 'user', content: [{ type: 'text', text }] },
    ],
    maxOutputTokens: isReasoningModel(connection.model) ? maxOutputTokens + thinkingTokens : maxOutputTokens,
    ...(temperature === undefined ? {} : { temperature }),
    responseFormat: responseFormatFor(generation.output),
    ...(providerOptions === undefined ? {} : { providerOptions }),
    abortSignal,
  };
}
