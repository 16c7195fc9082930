import type { JsonValue } from '../kernel/json.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import type { Transient } from '../kernel/transient.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { FinishedGeneration, Generation, ModelProvider } from '../ports/model-provider.ts';
import { spentOf } from '../ports/spent-usage.ts';
import type { CallMeter } from './call-meter.ts';
import type { FeatureModel } from './define-feature.ts';
import type { Emit } from './feature-event.ts';
import { createFieldReader, parsePartialJson } from './prompt/partial-json.ts';
import { createStreamFilter, filterReply, filterValue } from './text/output-filter.ts';
import { createGuard, type Withheld } from './text/withheld.ts';

export interface AnswerArguments {
  readonly modelProvider: ModelProvider;
  readonly generation: Generation;
  readonly feature: { readonly name: string; readonly model: Pick<FeatureModel, 'streams'> };
  readonly meter: CallMeter;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Undefined: nobody watches, one answer is enough. */
  readonly emit: Emit | undefined;
  readonly isAllowedLink: (link: string) => boolean;
  readonly withheld: Withheld;
}

/** One answer of the model, shown while it arrives when somebody watches; what it cost is counted even when it fails. */
export async function generateAnswer(wanted: AnswerArguments): Promise<FinishedGeneration> {
  try {
    const finished =
      wanted.emit === undefined
        ? await wanted.modelProvider.generate(wanted.generation)
        : await streamAnswer(wanted, wanted.emit);
    wanted.meter.add(finished.usage, finished.calls);
    return finished;
  } catch (error) {
    const spent = spentOf(error);
    if (spent !== undefined) wanted.meter.add(spent.usage, spent.calls);
    throw error;
  }
}

async function streamAnswer(wanted: AnswerArguments, emit: Emit): Promise<FinishedGeneration> {
  const show = createPreview(wanted, emit);
  let first = true;
  const startedAt = wanted.clock.elapsed();
  for await (const event of wanted.modelProvider.stream(wanted.generation)) {
    if (event.type === 'finished') {
      show.end();
      return event;
    }
    if (first) {
      first = false;
      wanted.metrics.firstToken(
        { feature: wanted.feature.name, provider: wanted.generation.connection.kind },
        (wanted.clock.elapsed() - startedAt) / 1000,
      );
    }
    show.push(event.text);
  }
  throw new ProblemError('provider-interrupted');
}

/** Turns arriving model text into what the agent sees: checked words, or the object as it grows. */
function createPreview(
  { feature, isAllowedLink, withheld }: AnswerArguments,
  emit: Emit,
): { push(text: Transient<string>): void; end(): void } {
  const { streams } = feature.model;
  const guard = createGuard(withheld);
  if (streams.as === 'partial') {
    const shown = (value: JsonValue): JsonValue | undefined => {
      const texts: string[] = [];
      const filtered = filterValue(only(value, streams.fields), (text) => {
        const { text: kept } = filterReply(text, isAllowedLink);
        texts.push(kept);
        return kept;
      });
      return guard.mayShow(texts.join(' ')) ? filtered : undefined;
    };
    return streams.fields.length === 0 ? silent : createPartialPreview(shown, emit);
  }
  const readField = streams.field === undefined ? undefined : createFieldReader(streams.field);
  const filter = createStreamFilter(isAllowedLink);
  let last: Transient<string> | undefined;
  return {
    push(text) {
      last = text;
      const shown = text.map((delta) =>
        guard.push(filter.push(readField === undefined ? delta : readField(delta))),
      );
      if (shown.measure((part) => part.length) > 0) emit({ type: 'text-delta', text: shown });
    },
    end() {
      const rest = last?.map(() => guard.push(filter.end()) + guard.end());
      if (rest !== undefined && rest.measure((part) => part.length) > 0)
        emit({ type: 'text-delta', text: rest });
    },
  };
}

const silent = { push: (): void => undefined, end: (): void => undefined };

/** The fields of an object that may be shown. */
const only = (value: JsonValue, fields: readonly string[]): JsonValue =>
  value === null || typeof value !== 'object' || Array.isArray(value)
    ? {}
    : Object.fromEntries(Object.entries(value).filter(([name]) => fields.includes(name)));

const partialEveryCharacters = 48;

function createPartialPreview(
  shown: (value: JsonValue) => JsonValue | undefined,
  emit: Emit,
): { push(text: Transient<string>): void; end(): void } {
  let whole = '';
  let shownAt = 0;
  return {
    push(text) {
      const partial: Transient<JsonValue | undefined> = text.map((delta) => {
        whole += delta;
        // Parsing the whole again for every token would cost the square of the answer's length.
        if (whole.length - shownAt < partialEveryCharacters) return undefined;
        shownAt = whole.length;
        const parsed = parsePartialJson(whole);
        return parsed === undefined ? undefined : shown(parsed);
      });
      if (partial.measure((value) => value !== undefined)) emit({ type: 'partial', value: partial });
    },
    end() {
      whole = '';
    },
  };
}
