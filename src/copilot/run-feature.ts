import type { z } from 'zod';
import type { Receipt } from '../contract/stream-events.ts';
import { ProblemError, toProblem } from '../kernel/problem-error.ts';
import type { ProblemType } from '../kernel/problem-types.ts';
import { Transient } from '../kernel/transient.ts';
import type { ModelConnection, Prompt } from '../ports/model-provider.ts';
import type { SubscriptionSettings } from '../services/settings/settings-reader.ts';
import { admit, settle } from './admit.ts';
import { askInTurn } from './ask-in-turn.ts';
import { CallMeter } from './call-meter.ts';
import type { ContextReader } from './context/context-reader.ts';
import type { CopilotCall, CopilotServices } from './copilot-call.ts';
import { askedAbout, type Feature, type FeatureEvidence, type ModelFeature } from './define-feature.ts';
import type { Emit } from './feature-event.ts';
import { findFeature } from './features/index.ts';
import { openReader } from './open-reader.ts';

export interface FeatureRun {
  readonly feature: string;
  readonly body: unknown;
  /** Undefined: the caller waits for the whole answer. */
  readonly emit: Emit | undefined;
  /** The agent wants to see what the model is sent. */
  readonly showsPrompt?: boolean;
  /** Instructions to try instead of the saved ones; for admins of the Zendesk account alone. */
  readonly triedInstructions?: string;
  /** Only the prompt is wanted: nothing is counted. */
  readonly asksNothing?: boolean;
}

export interface FeatureOutcome {
  readonly output: Transient<unknown>;
  readonly receipt: Receipt;
  /** Why no model answered although the feature has one; null when one did, or when it never asks one. */
  readonly degraded: ProblemType | null;
}

/** A feature of a caller with everything it runs on. */
export interface Running {
  readonly call: CopilotCall;
  readonly services: CopilotServices;
  readonly feature: Feature;
  readonly settings: SubscriptionSettings;
  /** Undefined: no model is asked. */
  readonly connection: ModelConnection | undefined;
  /** Who may answer when it cannot. */
  readonly standIns: readonly ModelConnection[];
  /** Why there is no connection although the feature has a model. */
  readonly degraded: ProblemType | null;
  readonly meter: CallMeter;
  readonly input: { readonly ticketId: number | null };
  readonly reader: ContextReader;
  readonly emit: Emit | undefined;
  readonly showsPrompt: boolean;
}

/** Runs one feature for one agent: settings, context, evidence, model, checks, receipt. Throws `ProblemError`; whatever happens leaves a receipt. */
export async function runFeature(
  call: CopilotCall,
  services: CopilotServices,
  run: FeatureRun,
): Promise<FeatureOutcome> {
  const prepared = prepare(call, services, run);
  const running = prepared instanceof Promise ? await prepared : prepared;
  if (run.triedInstructions !== undefined) await refuseUnlessAdmin(running);
  announce(running);
  return finishing(running, () => answerOf(running));
}

/** What a lead tries shows ticket content, so that it takes a person whom Zendesk lets see it and set things up. */
async function refuseUnlessAdmin({ feature, reader }: Running): Promise<void> {
  if (feature.model === undefined)
    throw new ProblemError('invalid-request', {
      detail: 'This feature asks no model and has no instructions.',
    });
  if (!(await reader.need('agent')).measure(({ role }) => role === 'admin'))
    throw new ProblemError('forbidden');
}

/** Settings with other instructions for one feature, which count as no version. */
function withInstructions(
  settings: SubscriptionSettings,
  feature: string,
  instructions: string,
): SubscriptionSettings {
  const features = new Map(settings.features);
  features.set(feature, {
    enabled: true,
    modelTier: null,
    ...features.get(feature),
    promptVersion: 0,
    instructions,
  });
  return { ...settings, features };
}

/** Finds and checks everything that can be refused before any work begins; at once while the settings are warm. */
export function prepare(
  call: CopilotCall,
  services: CopilotServices,
  run: FeatureRun,
): Running | Promise<Running> {
  const feature = findFeature(run.feature);
  if (feature === undefined) throw new ProblemError('not-found', { detail: 'There is no such feature.' });
  const loaded = services.settings.get(call.subscriptionId);
  return loaded instanceof Promise
    ? loaded.then((settings) => prepareWith(call, services, run, feature, settings))
    : prepareWith(call, services, run, feature, loaded);
}

function prepareWith(
  call: CopilotCall,
  services: CopilotServices,
  run: FeatureRun,
  feature: Feature,
  saved: SubscriptionSettings,
): Running | Promise<Running> {
  const settings =
    run.triedInstructions === undefined
      ? saved
      : withInstructions(saved, feature.name, run.triedInstructions);
  if (!isEnabled(settings, feature)) throw new ProblemError('feature-disabled');
  const parsed = feature.input.safeParse(run.body);
  if (!parsed.success) throw new ProblemError('invalid-request', { detail: fieldProblems(parsed.error) });
  const input = parsed.data as { readonly ticketId: number | null; readonly question?: Transient<string> };
  const meter = new CallMeter(call.ports.clock);
  const reader = openReader(call, services, settings, {
    ticketId: input.ticketId,
    question: input.question,
    onRoundTrip: () => (meter.helpDeskCalls += 1),
    onStage: (stage) => run.emit?.({ type: 'progress', stage }),
  });
  const isFast = settings.features.get(feature.name)?.modelTier === 'fast';
  const base = {
    call,
    services,
    feature,
    settings,
    meter,
    input,
    reader,
    emit: run.emit,
    showsPrompt: run.showsPrompt === true,
    standIns: settings.standIns.map(({ fast, quality }) => (isFast ? fast : quality)),
  };
  if (feature.model === undefined) return { ...base, connection: undefined, degraded: null };
  const connection = isFast ? settings.fastProvider : settings.provider;
  if (connection === undefined) {
    if (feature.evidence === undefined) throw new ProblemError('provider-not-connected');
    return { ...base, connection, degraded: 'provider-not-connected' };
  }
  const degradedBy = (error: unknown): Running => {
    if (!(error instanceof ProblemError) || feature.evidence === undefined) throw error;
    return { ...base, connection: undefined, degraded: error.type };
  };
  const ready: Running = { ...base, connection, degraded: null };
  if (run.asksNothing === true) return ready;
  try {
    const admitted = admit(services, call.subscriptionId, settings, feature.name);
    return admitted instanceof Promise ? admitted.then(() => ready, degradedBy) : ready;
  } catch (error) {
    return degradedBy(error);
  }
}

/** True unless the lead or the plan has switched it off. */
export const isEnabled = (settings: SubscriptionSettings, feature: Pick<Feature, 'name'>): boolean =>
  settings.features.get(feature.name)?.enabled !== false;

/** Names of wrong fields and rules, never values. */
function fieldProblems(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.code}`)
    .join('; ');
}

/** Says that work has begun and which model will answer. */
export function announce({ feature, connection, emit }: Running): void {
  emit?.({
    type: 'started',
    feature: feature.name,
    model: connection?.model ?? null,
    demo: connection?.demo ?? false,
  });
}

interface Answer {
  readonly output: Transient<unknown>;
  readonly degraded: ProblemType | null;
}

/** The answer with its receipt; a failure leaves one too. */
export async function finishing(running: Running, work: () => Promise<Answer>): Promise<FeatureOutcome> {
  const { call, emit } = running;
  try {
    const { output, degraded } = await work();
    const receipt = leaveReceipt(running, 'ok');
    emit?.({ type: 'output', value: output, degraded });
    emit?.({ type: 'usage', receipt });
    return { output, receipt, degraded };
  } catch (error) {
    const receipt = leaveReceipt(running, call.signal.aborted ? 'aborted' : toProblem(error).type);
    if (receipt.providerCalls > 0) emit?.({ type: 'usage', receipt });
    throw error;
  }
}

function leaveReceipt(running: Running, outcome: string): Receipt {
  const { call, services, feature, settings, meter, input } = running;
  const connection = meter.asked ?? running.connection;
  const { ids, metrics, modelProvider } = call.ports;
  const receipt = meter.receipt({
    ids,
    feature: feature.name,
    ticketId: input.ticketId,
    connection,
    promptVersion: settings.features.get(feature.name)?.promptVersion ?? 0,
    host: connection === undefined ? '' : modelProvider.hostOf(connection),
    outcome,
  });
  metrics.featureFinished({ feature: feature.name, outcome }, meter.elapsedMs / 1000);
  if (connection !== undefined) {
    metrics.tokensUsed({ provider: connection.kind, kind: 'input' }, receipt.inputTokens);
    metrics.tokensUsed({ provider: connection.kind, kind: 'output' }, receipt.outputTokens);
    settle(services, call.subscriptionId, settings, receipt);
  }
  services.ledger.record(call.subscriptionId, {
    receipt,
    zendeskAgentId: call.actor.kind === 'zendesk-agent' ? call.actor.id : null,
  });
  return receipt;
}

const noEvidence = Promise.resolve(Transient.of(undefined));

/** What the feature answers: evidence alone, or the model's checked answer beside it. */
export async function answerOf(running: Running): Promise<Answer> {
  const { feature, connection, degraded, emit } = running;
  const { evidence } = feature;
  const input = Transient.join(running.input);
  if (feature.model === undefined || connection === undefined) {
    if (evidence === undefined) throw new ProblemError('provider-not-connected');
    return { output: await evidenceOf(running, evidence, input), degraded };
  }
  const asking = {
    ...running,
    feature: feature as ModelFeature,
    connection,
    onPrompt: running.showsPrompt
      ? (prompt: Transient<Prompt>) => emit?.({ type: 'prompt', prompt })
      : undefined,
  };
  if (evidence === undefined) {
    const context = await running.reader.read(feature.model.needs);
    return { output: await askInTurn(asking, running.standIns, context, input, noEvidence), degraded: null };
  }
  const local = evidenceOf(running, evidence, input);
  local.then(
    (value) => emit?.({ type: 'partial', value }),
    () => undefined,
  );
  try {
    const context = await running.reader.read(feature.model.needs);
    const asked = askedAbout(asking.feature, context, input);
    if (asked === undefined) return { output: await local, degraded: null };
    // A search that failed costs the evidence beside the answer, not the answer.
    const beside = local.catch(() => noEvidence);
    return {
      output: await askInTurn({ ...asking, feature: asked }, running.standIns, context, input, beside),
      degraded: null,
    };
  } catch (error) {
    if (running.call.signal.aborted || !(error instanceof ProblemError) || !isProviderProblem(error.type))
      throw error;
    return { output: await local, degraded: error.type };
  }
}

/** Nothing is wrong with the ticket or Zendesk: the evidence still stands. */
const isProviderProblem = (type: ProblemType): boolean =>
  type.startsWith('provider-') ||
  type === 'output-refused' ||
  type === 'ticket-empty' ||
  type === 'masking-unreadable';

async function evidenceOf(
  running: Running,
  { needs, moreNeeds, answer }: FeatureEvidence,
  input: Transient<object>,
): Promise<Transient<unknown>> {
  const { reader, call } = running;
  const now = call.ports.clock.now();
  const wanted = moreNeeds === undefined ? needs : [...needs, ...moreNeeds(running.input as never)];
  return Transient.all([await reader.read(wanted), input]).map(([context, opened]) =>
    answer(context, opened as never, now),
  );
}
