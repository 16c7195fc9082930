import type { Transient } from '../../kernel/transient.ts';
import type { Generation, ModelProvider, Prompt } from '../../ports/model-provider.ts';

/** A provider that shows each prompt, as it leaves, to whoever watches. */
export function withShownPrompts(
  provider: ModelProvider,
  show: (prompt: Transient<Prompt>) => void,
): ModelProvider {
  const shown = (generation: Generation): Generation => {
    show(generation.prompt);
    return generation;
  };
  return {
    ...passedOn(provider),
    generate: (generation) => provider.generate(shown(generation)),
    stream: (generation) => provider.stream(shown(generation)),
  };
}

/** The methods of a provider that ask nothing. */
export const passedOn = (provider: ModelProvider): Omit<ModelProvider, 'generate' | 'stream'> => ({
  checkKey: (connection, signal) => provider.checkKey(connection, signal),
  countTokens: (connection, text) => provider.countTokens(connection, text),
  contextWindow: (connection) => provider.contextWindow(connection),
  priceOf: (connection, tokens) => provider.priceOf(connection, tokens),
  hostOf: (connection) => provider.hostOf(connection),
});
