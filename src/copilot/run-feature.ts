import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Receipt, Source } from '../contract/stream-events.ts';
import { ProblemError, toProblem } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type { Call } from '../ports/call.ts';
import type {
  FinishedGeneration,
  Generation,
  ModelConnection,
  OutputShape,
} from '../ports/model-provider.ts';
import type { QuotaKeeper } from '../services/quotas/quota-keeper.ts';
import type { SettingsReader, SubscriptionSettings } from '../services/settings/settings-reader.ts';
import type { CallLedger } from '../services/usage/call-ledger.ts';
import { CallMeter } from './call-meter.ts';
import type { Context, Need } from './context/catalogue.ts';
import { fetchContext } from './context/fetch-context.ts';
import type { Feature, FeatureContent, FeatureResult } from './define-feature.ts';
import type { Emit } from './feature-event.ts';
import { findFeature } from './features/index.ts';
import { generateAnswer } from './generate-answer.ts';
import { fitPrompt, type FittedContent } from './prompt/fit-prompt.ts';
import { outputShape } from './prompt/output-shape.ts';
import { newMarks, renderPrompt } from './prompt/render-prompt.ts';
import { allowedLinks, holdsSecret } from './text/output-filter.ts';

export type CopilotCall = Call<'helpDesk' | 'modelProvider' | 'clock' | 'ids' | 'metrics' | 'logger'>;

export interface CopilotServices {
  readonly settings: SettingsReader;
  readonly ledger: CallLedger;
  readonly quotas: Pick<QuotaKeeper, 'take' | 'settle'>;
}

export interface FeatureRun {
  readonly feature: string;
  readonly body: unknown;
  /** Undefined: the caller waits for the whole answer. */
  readonly emit: Emit | undefined;
}

export interface FeatureOutcome {
  readonly output: Transient<unknown>;
  readonly receipt: Receipt;
}

const shapes = new WeakMap<Feature, OutputShape>();

function shapeOf(feature: Feature): OutputShape | undefined {
  if (feature.modelOutput === undefined) return undefined;
  const known = shapes.get(feature);
  if (known !== undefined) return known;
  const shape = outputShape(feature.name.replaceAll('-', '_'), feature.modelOutput);
  shapes.set(feature, shape);
  return shape;
}

/** Runs one feature for one agent: settings, context, prompt, model, checks, receipt. Throws `ProblemError`; whatever happens leaves a receipt. */
export async function runFeature(
  call: CopilotCall,
  services: CopilotServices,
  run: FeatureRun,
): Promise<FeatureOutcome> {
  const feature = findFeature(run.feature);
  if (feature === undefined) throw new ProblemError('not-found', { detail: 'There is no such feature.' });
  const loaded = services.settings.get(call.subscriptionId);
  const settings = loaded instanceof Promise ? await loaded : loaded;
  if (settings.features.get(feature.name)?.enabled === false) throw new ProblemError('feature-disabled');
  const connection = settings.provider;
  if (connection === undefined) throw new ProblemError('provider-not-connected');
  const parsed = feature.input.safeParse(run.body);
  if (!parsed.success) throw new ProblemError('invalid-request', { detail: fieldProblems(parsed.error) });
  const input = parsed.data as { readonly ticketId: number | null };
  const taken = services.quotas.take(call.subscriptionId, settings.quotas);
  if (taken instanceof Promise) await taken;
  const meter = new CallMeter(call.ports.clock);
  const working: Working = { call, services, feature, settings, connection, meter, emit: run.emit };
  run.emit?.({ type: 'started', feature: feature.name, model: connection.model, demo: connection.demo });
  let outcome = 'internal';
  try {
    const output = await work(working, input);
    outcome = 'ok';
    const receipt = finish(working, input.ticketId, outcome);
    run.emit?.({ type: 'output', value: output });
    run.emit?.({ type: 'usage', receipt });
    return { output, receipt };
  } catch (error) {
    outcome = call.signal.aborted ? 'aborted' : toProblem(error).type;
    const receipt = finish(working, input.ticketId, outcome);
    if (receipt.providerCalls > 0) run.emit?.({ type: 'usage', receipt });
    throw error;
  }
}

interface Working {
  readonly call: CopilotCall;
  readonly services: CopilotServices;
  readonly feature: Feature;
  readonly settings: SubscriptionSettings;
  readonly connection: ModelConnection;
  readonly meter: CallMeter;
  readonly emit: Emit | undefined;
}

/** Names of wrong fields and rules, never values. */
function fieldProblems(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.code}`)
    .join('; ');
}

function finish(
  { call, services, feature, settings, connection, meter }: Working,
  ticketId: number | null,
  outcome: string,
): Receipt {
  const { ids, metrics, modelProvider } = call.ports;
  const receipt = meter.receipt({
    ids,
    feature: feature.name,
    ticketId,
    connection,
    host: modelProvider.hostOf(connection),
    outcome,
  });
  metrics.featureFinished({ feature: feature.name, outcome }, meter.elapsedMs / 1000);
  metrics.tokensUsed({ provider: connection.kind, kind: 'input' }, receipt.inputTokens);
  metrics.tokensUsed({ provider: connection.kind, kind: 'output' }, receipt.outputTokens);
  services.quotas.settle(call.subscriptionId, settings.quotas, {
    providerCalls: receipt.providerCalls,
    tokens: receipt.inputTokens + receipt.outputTokens,
  });
  services.ledger.record(call.subscriptionId, {
    receipt,
    zendeskAgentId: call.actor.kind === 'zendesk-agent' ? call.actor.id : null,
  });
  return receipt;
}

async function work(
  working: Working,
  input: { readonly ticketId: number | null },
): Promise<Transient<unknown>> {
  const { feature, emit } = working;
  const context = await contextFor(working, input.ticketId);
  const joined = Transient.all([context, Transient.join(input)]);
  if (!joined.measure(([about, opened]) => feature.hasMaterial(about, opened as never)))
    throw new ProblemError('ticket-empty');
  const content = joined.map(([about, opened]) => feature.content(about, opened as never));
  emit?.({ type: 'progress', stage: 'writing' });
  const ask = (again: string | undefined): Promise<Answered> => answer(working, joined, content, again);
  let answered = await ask(undefined);
  let result = checked(working, joined, answered, false);
  if (result.measure(({ kind }) => kind === 'again')) {
    emit?.({ type: 'progress', stage: 'checking' });
    answered = await ask(
      'Keep every link, placeholder, number and HTML tag of the draft exactly; your last try lost or added some.',
    );
    result = checked(working, joined, answered, true);
  }
  return accepted(working, result);
}

type Joined = Transient<readonly [Context<Need>, object]>;

async function contextFor(
  { call, feature, settings, meter, emit }: Working,
  ticketId: number | null,
): Promise<Transient<Context<Need>>> {
  if (feature.needs.length === 0) return Transient.of({} as Context<Need>);
  if (settings.zendesk === undefined) throw new ProblemError('zendesk-not-connected');
  if (call.actor.kind !== 'zendesk-agent') throw new ProblemError('forbidden');
  return fetchContext({
    helpDesk: call.ports.helpDesk,
    helpDeskCall: {
      connection: settings.zendesk,
      signal: call.signal,
      onRoundTrip: () => (meter.helpDeskCalls += 1),
    },
    needs: feature.needs,
    ticketId,
    agentId: call.actor.id,
    onStage: (stage) => emit?.({ type: 'progress', stage }),
  });
}

interface Answered {
  readonly finished: FinishedGeneration;
  readonly marks: string;
  readonly read: FittedContent['read'];
}

/** One answer; a prompt the provider finds too long is cut to 70 % and sent once more. */
async function answer(
  working: Working,
  joined: Joined,
  content: Transient<FeatureContent>,
  again: string | undefined,
): Promise<Answered> {
  try {
    return await answerWithin(working, joined, content, again, 1);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.type !== 'provider-context-overflow') throw error;
    return answerWithin(working, joined, content, again, 0.7);
  }
}

async function answerWithin(
  working: Working,
  joined: Joined,
  content: Transient<FeatureContent>,
  again: string | undefined,
  share: number,
): Promise<Answered> {
  const { call, feature, connection, meter, metricsAndClock } = withMetrics(working);
  const marks = newMarks();
  const instructions = working.settings.features.get(feature.name)?.instructions ?? feature.instructions;
  const base: Omit<Generation, 'prompt'> = {
    connection,
    maxOutputTokens: Math.min(
      feature.maxOutputTokens,
      Math.floor(call.ports.modelProvider.contextWindow(connection) / 4),
    ),
    cacheKey: cacheKey(working.settings, call.subscriptionId, feature.name, instructions),
    signal: call.signal,
    ...(shapeOf(feature) !== undefined && { output: shapeOf(feature) }),
  } as Omit<Generation, 'prompt'>;
  const fitted = await fitPrompt({
    modelProvider: call.ports.modelProvider,
    base,
    feature,
    instructions,
    content:
      again === undefined ? content : content.map((one) => ({ ...one, task: `${one.task}\n${again}` })),
    marks,
    share,
    onPart: (done, total) => working.emit?.({ type: 'progress', stage: 'summarising-parts', done, total }),
    generatePart: (generation) =>
      generateAnswer({
        ...metricsAndClock,
        modelProvider: call.ports.modelProvider,
        generation,
        feature,
        meter,
        emit: undefined,
        isAllowedLink: () => false,
      }),
  });
  meter.commentsSent = fitted.read.comments;
  meter.sourcesSent = fitted.read.sources;
  const isAllowedLink = linkCheck(feature, joined);
  const prompt = fitted.content.map((one) => renderPrompt(feature.name, instructions, one, marks));
  // A second answer is not shown while it arrives: the agent would see the first one being overwritten unchecked.
  const emit = again === undefined ? working.emit : undefined;
  const finished = await generateAnswer({
    ...metricsAndClock,
    modelProvider: call.ports.modelProvider,
    generation: { ...base, prompt },
    feature,
    meter,
    emit,
    isAllowedLink,
  });
  return { finished, marks, read: fitted.read };
}

function withMetrics(
  working: Working,
): Working & { readonly metricsAndClock: Pick<CopilotCall['ports'], 'metrics' | 'clock'> } {
  return {
    ...working,
    metricsAndClock: { metrics: working.call.ports.metrics, clock: working.call.ports.clock },
  };
}

/** Says yes or no about a link; what it is asked about comes out of the same transient answer. */
function linkCheck(feature: Feature, joined: Joined): (link: string) => boolean {
  let check: ((link: string) => boolean) | undefined;
  return (link) =>
    joined.measure(([about, opened]) => {
      check ??= allowedLinks(feature.linkSources(about, opened as never));
      return check(link);
    });
}

const cacheKeys = new WeakMap<SubscriptionSettings, Map<string, string>>();

/** The same for calls that share a prefix; kept as long as the settings it was made from. */
function cacheKey(
  settings: SubscriptionSettings,
  subscriptionId: string,
  feature: string,
  instructions: string,
): string {
  const known = cacheKeys.get(settings) ?? new Map<string, string>();
  cacheKeys.set(settings, known);
  const key =
    known.get(feature) ??
    createHash('sha256').update(`${subscriptionId}\n${feature}\n${instructions}`).digest('hex').slice(0, 32);
  known.set(feature, key);
  return key;
}

function checked(
  { feature }: Working,
  joined: Joined,
  { finished, marks, read }: Answered,
  last: boolean,
): Transient<FeatureResult<unknown>> {
  const value = finished.output ?? finished.text;
  return Transient.all([joined, value as Transient<unknown>]).map(
    ([[context, input], given]): FeatureResult<unknown> => {
      if (holdsSecret(typeof given === 'string' ? given : JSON.stringify(given), marks))
        return { kind: 'refused', detail: 'The answer repeated something it must not show.' };
      const model = feature.modelOutput === undefined ? given : feature.modelOutput.parse(given);
      return feature.check(model as never, {
        context,
        input: input as never,
        last,
        read: { comments: read.comments, leftOut: read.commentsLeftOut },
      });
    },
  );
}

const refusals = ['The rewritten text was empty.', 'The answer repeated something it must not show.'];

function accepted({ emit }: Working, result: Transient<FeatureResult<unknown>>): Transient<unknown> {
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
