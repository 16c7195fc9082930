import { createHash } from 'node:crypto';
import type { Source } from '../contract/stream-events.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type {
  FinishedGeneration,
  Generation,
  ModelConnection,
  OutputShape,
  Prompt,
} from '../ports/model-provider.ts';
import type { SubscriptionSettings } from '../services/settings/settings-reader.ts';
import type { CallMeter } from './call-meter.ts';
import type { Context, Need } from './context/catalogue.ts';
import type { CopilotCall } from './copilot-call.ts';
import type { FeatureContent, FeatureResult, ModelFeature } from './define-feature.ts';
import type { Emit } from './feature-event.ts';
import { generateAnswer } from './generate-answer.ts';
import { startMasking, type CallMasking } from './masking/start-masking.ts';
import { fitPrompt, type FittedContent } from './prompt/fit-prompt.ts';
import { outputShape } from './prompt/output-shape.ts';
import { withShownPrompts } from './prompt/shown-provider.ts';
import { newMarks, renderPrompt, systemText } from './prompt/render-prompt.ts';
import { allowedLinks, textsOf } from './text/output-filter.ts';
import { tellsWithheld, type Withheld } from './text/withheld.ts';

/** One question to one model, with all it needs. */
export interface Asking {
  readonly call: CopilotCall;
  readonly feature: ModelFeature;
  readonly settings: SubscriptionSettings;
  readonly connection: ModelConnection;
  readonly meter: CallMeter;
  readonly emit: Emit | undefined;
  /** Told of each prompt as it leaves, when the agent wants to see it. */
  readonly onPrompt?: ((prompt: Transient<Prompt>) => void) | undefined;
}

/** What was fetched, the caller's input, and what the evidence says when the feature has any. */
export type Material = Transient<readonly [context: Context<Need>, input: object, evidence: unknown]>;

const shapes = new WeakMap<ModelFeature, OutputShape>();

function shapeOf(feature: ModelFeature): OutputShape | undefined {
  if (feature.model.output === undefined) return undefined;
  const known = shapes.get(feature);
  if (known !== undefined) return known;
  const shape = outputShape(feature.name.replaceAll('-', '_'), feature.model.output);
  shapes.set(feature, shape);
  return shape;
}

/** Asks the model and checks its answer; a second time when the checks want it. `evidence` is waited for only when the answer is there. */
export async function askModel(
  asking: Asking,
  context: Transient<Context<Need>>,
  input: Transient<object>,
  evidence: Promise<Transient<unknown>>,
): Promise<Transient<unknown>> {
  const { feature, emit } = asking;
  const asked = Transient.all([context, input]);
  if (!asked.measure(([about, opened]) => feature.model.hasMaterial(about, opened as never)))
    throw new ProblemError('ticket-empty');
  // Outermost: what is shown is what leaves, masked values and all.
  const provider =
    asking.onPrompt === undefined
      ? asking.call.ports.modelProvider
      : withShownPrompts(asking.call.ports.modelProvider, asking.onPrompt);
  const masking = startMasking(asking.settings.masking, provider, asking.meter);
  const content = masking.content(
    asked.map(([about, opened]) => feature.model.content(about, opened as never)),
  );
  emit?.({ type: 'progress', stage: 'writing' });
  const ask = (again: string | undefined): Promise<Answered> =>
    answer(asking, masking, asked, content, again);
  let answered = await ask(undefined);
  const material: Material = Transient.all([context, input, await evidence]);
  let result = checked(asking, material, answered, false);
  if (result.measure(({ kind }) => kind === 'again')) {
    emit?.({ type: 'progress', stage: 'checking' });
    answered = await ask(
      'Keep every link, placeholder, number and HTML tag of the draft exactly; your last try lost or added some.',
    );
    result = checked(asking, material, answered, true);
  }
  return accepted(asking, result);
}

type Asked = Transient<readonly [Context<Need>, object]>;

interface Answered {
  readonly finished: FinishedGeneration;
  readonly withheld: Withheld;
  readonly prompt: Transient<Prompt>;
  readonly read: FittedContent['read'];
}

/** One answer; a prompt the provider finds too long is cut to 70 % and sent once more. */
async function answer(
  asking: Asking,
  masking: CallMasking,
  asked: Asked,
  content: Transient<FeatureContent>,
  again: string | undefined,
): Promise<Answered> {
  try {
    return await answerWithin(asking, masking, asked, content, again, 1);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.type !== 'provider-context-overflow') throw error;
    return answerWithin(asking, masking, asked, content, again, 0.7);
  }
}

async function answerWithin(
  asking: Asking,
  masking: CallMasking,
  asked: Asked,
  content: Transient<FeatureContent>,
  again: string | undefined,
  share: number,
): Promise<Answered> {
  const { call, feature, connection, meter, metricsAndClock } = withMetrics(asking);
  const marks = newMarks();
  const instructions = asking.settings.features.get(feature.name)?.instructions ?? feature.model.instructions;
  const fixed = fixedParts(asking.settings, call.subscriptionId, feature.name, instructions);
  const withheld = { rules: fixed.rules, marks, apiKey: connection.apiKey, memory: fixed.memory };
  const base: Omit<Generation, 'prompt'> = {
    connection,
    maxOutputTokens: Math.min(
      feature.model.maxOutputTokens,
      Math.floor(call.ports.modelProvider.contextWindow(connection) / 4),
    ),
    cacheKey: fixed.cacheKey,
    signal: call.signal,
    ...(shapeOf(feature) !== undefined && { output: shapeOf(feature) }),
  } as Omit<Generation, 'prompt'>;
  const fitted = await fitPrompt({
    modelProvider: call.ports.modelProvider,
    base,
    feature,
    system: fixed.rules,
    content:
      again === undefined ? content : content.map((one) => ({ ...one, task: `${one.task}\n${again}` })),
    marks,
    share,
    onPart: (done, total) => asking.emit?.({ type: 'progress', stage: 'summarising-parts', done, total }),
    generatePart: (generation) =>
      generateAnswer({
        ...metricsAndClock,
        modelProvider: masking.forParts,
        generation,
        feature,
        meter,
        emit: undefined,
        isAllowedLink: () => false,
        withheld,
      }),
  });
  meter.commentsSent = fitted.read.comments;
  meter.sourcesSent = fitted.read.sources;
  const isAllowedLink = linkCheck(feature, asked);
  const prompt = fitted.content.map((one) => renderPrompt(fixed.rules, one, marks));
  // A second answer is not shown while it arrives: the agent would see the first one being overwritten unchecked.
  const emit = again === undefined ? asking.emit : undefined;
  const finished = await generateAnswer({
    ...metricsAndClock,
    modelProvider: masking.forAnswer,
    generation: { ...base, prompt },
    feature,
    meter,
    emit,
    isAllowedLink,
    withheld,
  });
  return { finished, withheld, prompt, read: fitted.read };
}

function withMetrics(
  asking: Asking,
): Asking & { readonly metricsAndClock: Pick<CopilotCall['ports'], 'metrics' | 'clock'> } {
  return {
    ...asking,
    metricsAndClock: { metrics: asking.call.ports.metrics, clock: asking.call.ports.clock },
  };
}

/** Says yes or no about a link; what it is asked about comes out of the same transient answer. */
function linkCheck(feature: ModelFeature, asked: Asked): (link: string) => boolean {
  let check: ((link: string) => boolean) | undefined;
  return (link) =>
    asked.measure(([about, opened]) => {
      check ??= allowedLinks(feature.model.linkSources(about, opened as never));
      return check(link);
    });
}

/** What is the same for all calls of a feature while its settings stay. */
interface FixedParts {
  readonly rules: string;
  /** The same for calls that share a prefix. */
  readonly cacheKey: string;
  readonly memory: NonNullable<Withheld['memory']>;
}

const fixedOf = new WeakMap<SubscriptionSettings, Map<string, FixedParts>>();

/** Kept as long as the settings that rules and key come from. */
function fixedParts(
  settings: SubscriptionSettings,
  subscriptionId: string,
  feature: string,
  instructions: string,
): FixedParts {
  const known = fixedOf.get(settings) ?? new Map<string, FixedParts>();
  fixedOf.set(settings, known);
  const parts = known.get(feature) ?? {
    rules: systemText(feature, instructions),
    cacheKey: createHash('sha256')
      .update(`${subscriptionId}\n${feature}\n${instructions}`)
      .digest('hex')
      .slice(0, 32),
    memory: new Map(),
  };
  known.set(feature, parts);
  return parts;
}

function checked(
  { feature }: Asking,
  material: Material,
  { finished, withheld, prompt, read }: Answered,
  last: boolean,
): Transient<FeatureResult<unknown>> {
  const value = finished.output ?? finished.text;
  return Transient.all([material, value as Transient<unknown>, prompt]).map(
    ([[context, input, evidence], given, { user }]): FeatureResult<unknown> => {
      const tells = (text: string): boolean => tellsWithheld(text, withheld, () => user);
      const answered = textsOf(given).join('\n');
      if (tells(answered)) return repeated;
      const model = feature.model.output === undefined ? given : feature.model.output.parse(given);
      const result = feature.model.check(model as never, {
        context,
        evidence,
        input: input as never,
        last,
        read: { comments: read.comments, leftOut: read.commentsLeftOut },
      });
      if (result.kind !== 'output') return result;
      const shown = textsOf(result.output).join('\n');
      // Filtering can put together what the answer had taken apart.
      return shown !== answered && tells(shown) ? repeated : result;
    },
  );
}

const repeated = { kind: 'refused', detail: 'The answer repeated something it must not show.' } as const;
const refusals = ['The rewritten text was empty.', repeated.detail];

function accepted({ emit }: Asking, result: Transient<FeatureResult<unknown>>): Transient<unknown> {
  if (!result.measure(({ kind }) => kind === 'output')) {
    // A detail is words of ours, but it has touched content: only known sentences leave.
    const known = refusals.find((sentence) =>
      result.measure((one) => one.kind === 'refused' && one.detail === sentence),
    );
    throw new ProblemError('output-refused', {
      detail:
        known ??
        'It lost or changed a link, a placeholder, a number or the HTML structure. Your own text is untouched.',
    });
  }
  const output = result.map((one) => (one.kind === 'output' ? one : undefined));
  const sources: Transient<readonly Source[]> = output.map((one) => one?.sources ?? []);
  if (sources.measure((list) => list.length) > 0) emit?.({ type: 'sources', sources });
  const citations = output.map((one) => one?.citations ?? []);
  if (citations.measure((list) => list.length) > 0) emit?.({ type: 'citation', citation: citations });
  return output.map((one) => one?.output);
}
