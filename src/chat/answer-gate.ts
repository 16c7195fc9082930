import type { JsonObject } from '../kernel/json.ts';
import { Transient } from '../kernel/transient.ts';
import type { GenerationEvent, ModelProvider } from '../ports/model-provider.ts';
import { parsePartialJson } from '../copilot/prompt/partial-json.ts';
import { passedOn } from '../copilot/prompt/shown-provider.ts';
import { createPromiseGuard } from './words/false-promises.ts';

/** Lets words of an answer be shown only once what stands before them has been checked. */
export interface AnswerGate {
  /** A provider that the gate reads along with. */
  readonly provider: ModelProvider;
  /** The part of a shown delta that may go on; empty: none. */
  pass(delta: Transient<string>): Transient<string>;
}

/** `mayShow` judges the fields before the answer: action, promises, citations. */
export function createAnswerGate(
  provider: ModelProvider,
  mayShow: (decided: JsonObject) => boolean,
): AnswerGate {
  let read = '';
  let judged: boolean | undefined;
  const promises = createPromiseGuard();
  const readAlong = (event: GenerationEvent): void => {
    if (event.type !== 'text-delta' || judged !== undefined) return;
    judged = undefinedIfOpen(
      event.text.measure((delta) => {
        read += delta;
        const decided = decidedIn(read);
        return decided === undefined ? -1 : Number(mayShow(decided));
      }),
    );
    if (judged !== undefined) read = '';
  };
  return {
    provider: {
      ...passedOn(provider),
      generate: (generation) => provider.generate(generation),
      stream: async function* (generation) {
        for await (const event of provider.stream(generation)) {
          readAlong(event);
          yield event;
        }
      },
    },
    pass: (delta) => (judged === true ? delta.map((text) => promises.push(text)) : Transient.of('')),
  };
}

const undefinedIfOpen = (judged: number): boolean | undefined => (judged < 0 ? undefined : judged === 1);

/** The fields before the answer, once the answer has begun. */
function decidedIn(read: string): JsonObject | undefined {
  if (!/"answer"\s*:/.test(read)) return undefined;
  const parsed = parsePartialJson(read);
  return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)
    ? (parsed as JsonObject)
    : undefined;
}
