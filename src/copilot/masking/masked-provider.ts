import type { JsonValue } from '../../kernel/json.ts';
import type { Transient } from '../../kernel/transient.ts';
import type {
  FinishedGeneration,
  Generation,
  GenerationEvent,
  ModelProvider,
} from '../../ports/model-provider.ts';
import { passedOn } from '../prompt/shown-provider.ts';
import type { Masker } from './masker.ts';
import { createStreamUnmasker, insideJsonString } from './unmask-stream.ts';

/** A provider that reads masked prompts. Its answers stay masked: they are material for another prompt. */
export function withMaskedPrompts(provider: ModelProvider, masker: Masker): ModelProvider {
  return {
    ...passedOn(provider),
    generate: (generation) => provider.generate(masked(generation, masker)),
    stream: (generation) => provider.stream(masked(generation, masker)),
  };
}

/** A provider whose answers have the values back, also while they arrive. */
export function withRestoredAnswers(provider: ModelProvider, masker: Masker): ModelProvider {
  return {
    ...passedOn(provider),
    generate: async (generation) => restored(await provider.generate(generation), masker),
    stream: (generation) => restoredStream(provider.stream(generation), generation, masker),
  };
}

/** The system text is rules and the lead's instructions, the same for many calls and without content; it stays as it is. */
function masked(generation: Generation, masker: Masker): Generation {
  const prompt = generation.prompt.map(({ system, user }) => {
    const { text, spans } = masker.mask(user);
    const [first] = spans;
    return {
      system,
      user: first === undefined ? text : `${text}\n${explain(text.slice(first.start, first.end))}`,
    };
  });
  return { ...generation, prompt };
}

const explain = (example: string): string =>
  `Tokens such as ${example} stand for values withheld from you. Where such a value belongs, copy its token exactly, brackets included.`;

function restored(finished: FinishedGeneration, masker: Masker): FinishedGeneration {
  const { text, output } = finished;
  return {
    ...finished,
    text: text.map((one) => masker.unmask(one, output === undefined ? undefined : insideJsonString)),
    output: output?.map((value) => unmaskJson(value, masker)),
  };
}

async function* restoredStream(
  events: AsyncIterable<GenerationEvent>,
  { output }: Generation,
  masker: Masker,
): AsyncGenerator<GenerationEvent> {
  const unmasker = createStreamUnmasker(masker, output === undefined ? undefined : insideJsonString);
  let last: Transient<string> | undefined;
  for await (const event of events) {
    if (event.type === 'text-delta') {
      last = event.text;
      const text = event.text.map((delta) => unmasker.push(delta));
      if (text.measure((part) => part.length) > 0) yield { type: 'text-delta', text };
      continue;
    }
    const rest = last?.map(() => unmasker.end());
    if (rest !== undefined && rest.measure((part) => part.length) > 0)
      yield { type: 'text-delta', text: rest };
    yield restored(event, masker);
  }
}

/** The value with every string in it restored. */
export function unmaskJson(value: JsonValue, masker: Masker): JsonValue {
  if (typeof value === 'string') return masker.unmask(value);
  if (Array.isArray(value)) return value.map((item) => unmaskJson(item, masker));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [masker.unmask(key), unmaskJson(item, masker)]),
  );
}
