import { createEgress } from './adapters/egress/create-egress.ts';
import { createEmbedder } from './adapters/embeddings/create-embedder.ts';
import { createTextExtractor } from './adapters/extraction/create-text-extractor.ts';
import { createLogger } from './adapters/logging/logger.ts';
import { createMetrics } from './adapters/metrics/metrics.ts';
import { createNoMailer } from './adapters/mail/no-mailer.ts';
import { createSmtpMailer } from './adapters/mail/smtp-mailer.ts';
import { Breakers } from './adapters/providers/breakers.ts';
import { createModelProvider } from './adapters/providers/create-model-provider.ts';
import { createContentBox } from './adapters/crypto/content-box.ts';
import { openSecrets } from './adapters/crypto/open-secrets.ts';
import { createZendeskHelpDesk } from './adapters/zendesk/create-zendesk-help-desk.ts';
import { createZendeskOAuth } from './adapters/zendesk/oauth.ts';
import { createZendeskRequests } from './adapters/zendesk/request.ts';
import { MacroReader } from './copilot/macros/macro-reader.ts';
import { Meanings } from './copilot/ranking/meanings.ts';
import { systemClock, uuidIds } from './adapters/system/clock.ts';
import type { Config } from './config.ts';
import { openDatabase } from './start-database.ts';
import { confluenceClientsOf, egressOf, zendeskClientsOf } from './start-egress.ts';
import { openKnowledgeSites } from './start-knowledge-sites.ts';
import { httpContextOf } from './start-http.ts';
import { startDemoShop } from './start-demo-shop.ts';
import { startJobs } from './start-jobs.ts';
import { operatorPartsOf, type OperatorParts } from './start-operators.ts';
import { openSharedState } from './start-shared-state.ts';
import { createApp } from './http/app.ts';
import { listenForMetrics } from './http/metrics-listener.ts';
import { shutDown, type ShutDownManner } from './http/shut-down.ts';
import type { Call } from './ports/call.ts';
import type { BookkeepingDatabase } from './ports/database.ts';
import type { Ports } from './ports/ports.ts';
import { refuseJoblessServer, refuseStored, refuseUnsafe } from './production-checks/refuse-unsafe.ts';
import { readTokenFile } from './production-checks/token-file.ts';
import { issueBootstrapCode } from './services/operators/bootstrap.ts';
import type { ConfluenceClients } from './services/integrations/confluence-clients.ts';
import type { ZendeskClients } from './services/integrations/zendesk-clients.ts';
import { ZendeskTokens } from './services/integrations/zendesk-tokens.ts';
import { connectSandbox, parseSandbox, type SandboxConnection } from './services/sandbox/connect-sandbox.ts';
import type { KnowledgeSites } from './services/knowledge/open-site.ts';
import {
  retrievalServices,
  type RetrievalServices,
} from './services/knowledge/retrieval/retrieve-passages.ts';
import { MacroTelemetry } from './services/macros/macro-telemetry.ts';
import { SettingsReader } from './services/settings/settings-reader.ts';
import { ensureSubscription } from './services/subscriptions/create-subscription.ts';
import { CallLedger } from './services/usage/call-ledger.ts';
import { BudgetKeeper } from './services/budgets/budget-keeper.ts';
import { FeedbackBook } from './services/usage/feedback-book.ts';

/** The parts of a running program, without its HTTP side. */
export interface Program extends OperatorParts {
  readonly config: Config;
  readonly ports: Ports;
  readonly settings: SettingsReader;
  readonly ledger: CallLedger;
  readonly macros: MacroReader;
  readonly macroTelemetry: MacroTelemetry;
  readonly feedbackBook: FeedbackBook;
  readonly budgets: BudgetKeeper;
  readonly zendeskClients: ZendeskClients;
  readonly confluenceClients: ConfluenceClients;
  /** What knowledge is read from elsewhere, and fetched again when answering. */
  readonly knowledgeSites: KnowledgeSites;
  /** What finding passages keeps in memory. */
  readonly retrieval: RetrievalServices;
  /** Likeness by the local model, of tickets and macros. */
  readonly meanings: Meanings;
  /** The database with what the program notes for itself. */
  readonly bookkeeping: BookkeepingDatabase;
  /** A call made by the operator at the command line. */
  operatorCall(subscriptionId: string, signal?: AbortSignal): Call<keyof Ports>;
  close(): Promise<void>;
}

export const defaultSubscription = 'main';

/** Opens the database and makes every adapter. `startOver` goes on without a root key that was lost. */
export async function openProgram(
  config: Config,
  options: { readonly startOver?: boolean } = {},
): Promise<Program> {
  refuseUnsafe(config);
  const logger = createLogger({ level: config.logLevel });
  const metrics = createMetrics();
  const database = await openDatabase(config, logger);
  const { keyFile, rootKey, nextKeyFile } = config;
  const { startOver = false } = options;
  const mayMakeKeyFile = config.mode !== 'production';
  const secrets = await openSecrets(
    { database, logger, ids: uuidIds },
    { keyFile, rootKey, nextKeyFile, mayMakeKeyFile, startOver },
  ).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const { secretBox, keyRing } = secrets;
  const sandbox = await readSandbox(config);
  const egress = egressOf(
    config,
    sandbox && {
      zendeskUrl: sandbox.url,
      providersUrl: sandbox.connection.provider.baseUrl,
      confluenceUrl: sandbox.connection.knowledge?.confluence.url,
      webUrl: sandbox.connection.knowledge?.webUrl,
      webCertificate: sandbox.connection.knowledge?.webCertificate,
    },
  );
  const sandboxUrl = sandbox?.url;
  const sandboxSubdomain = sandbox?.connection.subdomain;
  const zendesk = {
    egress,
    // Names the sandbox by these two alone: a function that reached for all of it would keep its secret in memory.
    originFor: (subdomain: string) =>
      sandboxUrl !== undefined && sandboxSubdomain === subdomain
        ? sandboxUrl
        : `https://${subdomain}.zendesk.com`,
    logger,
    metrics,
    clock: systemClock,
  };
  const zendeskClients = zendeskClientsOf(config);
  const zendeskOAuth = createZendeskOAuth(zendesk);
  const rotatingTokens = new ZendeskTokens({
    database,
    secretBox,
    zendeskOAuth,
    clock: systemClock,
    ids: uuidIds,
    logger,
    metrics,
    clients: zendeskClients,
    onStatusChange: (subscriptionId) => settings.forget(subscriptionId),
  });
  const zendeskRequests = createZendeskRequests({ ...zendesk, rotatingTokens });
  const helpDesk = createZendeskHelpDesk({ ...zendesk, rotatingTokens }, zendeskRequests);
  const confluenceClients = confluenceClientsOf(config);
  const textExtractor = createTextExtractor();
  const { sites, confluenceSite, confluenceOAuth } = openKnowledgeSites({
    ...zendesk,
    textExtractor,
    ids: uuidIds,
    secretBox,
    database,
    zendeskRequests,
    clients: confluenceClients,
    sandbox: sandbox?.connection.knowledge,
  });
  const modelProvider = createModelProvider({
    dispatcherFor: (purpose) => egress.dispatcherFor(purpose),
    clock: systemClock,
    breakers: new Breakers({ clock: systemClock, metrics }),
  });
  const mailer =
    config.smtpUrl === undefined
      ? createNoMailer()
      : createSmtpMailer({ url: config.smtpUrl, from: config.mailFrom, logger });
  const embedder = createEmbedder({
    directory: config.embeddingModel,
    threads: config.embeddingThreads,
    logger,
  });
  const base = {
    database,
    embedder,
    mailer,
    logger,
    metrics,
    secretBox,
    contentBox: createContentBox(secretBox),
    textExtractor,
    keyRing,
    egress,
    helpDesk,
    zendeskOAuth,
    confluenceSite,
    confluenceOAuth,
    modelProvider,
    clock: systemClock,
    ids: uuidIds,
  };
  const { closeShared, ...shared } = await openSharedState(config, {
    database,
    ports: base,
    clock: systemClock,
    logger,
  }).catch(async (error: unknown) => {
    await Promise.all([database.close(), egress.close(), mailer.close()]);
    throw error;
  });
  const ports: Ports = { ...base, ...shared };
  const settings = new SettingsReader(ports);
  const ledger = new CallLedger(ports);
  const macros = new MacroReader(ports);
  const macroTelemetry = new MacroTelemetry(ports);
  const feedbackBook = new FeedbackBook(ports, ledger);
  const budgets = new BudgetKeeper(ports, ledger);
  const knowledgeSites: KnowledgeSites = { ...sites, settings };
  const retrieval = retrievalServices(knowledgeSites);
  const meanings = new Meanings(embedder);
  const operators = operatorPartsOf(config, { ...ports, database }, settings, zendeskClients, {
    retrieval,
    meanings,
  });
  const program: Program = {
    config,
    ports,
    settings,
    ledger,
    macros,
    macroTelemetry,
    feedbackBook,
    budgets,
    ...operators,
    bookkeeping: database,
    zendeskClients,
    confluenceClients,
    knowledgeSites,
    retrieval,
    meanings,
    operatorCall: (subscriptionId, signal = AbortSignal.timeout(60_000)) => ({
      subscriptionId,
      actor: { kind: 'operator', id: 'command-line' },
      requestId: uuidIds.next(),
      signal,
      ports,
    }),
    close: async () => {
      await budgets.close();
      await Promise.all([ledger.flush(), macroTelemetry.flush(), feedbackBook.flush()]);
      await operators.quotas.close();
      await Promise.all([
        closeShared(),
        egress.close(),
        mailer.close(),
        embedder.close(),
        textExtractor.close(),
      ]);
      secrets.close();
      await database.close();
    },
  };
  if (sandbox !== undefined) await connectDemo(program, sandbox.connection);
  return program;
}

async function readSandbox(
  config: Config,
): Promise<{ readonly url: string; readonly connection: SandboxConnection } | undefined> {
  if (config.sandboxUrl === undefined) return undefined;
  const url = config.sandboxUrl.replace(/\/$/, '');
  const egress = createEgress({ allowedPrivate: [new URL(url).host] });
  try {
    const response = await egress.fetchFor('zendesk')(`${url}/_sandbox/connection`);
    return { url, connection: parseSandbox(await response.json()) };
  } finally {
    await egress.close();
  }
}

async function connectDemo(program: Program, connection: SandboxConnection): Promise<void> {
  const subscriptionId = await ensureSubscription(program.ports, defaultSubscription);
  await connectSandbox(program.operatorCall(subscriptionId), program.settings, connection);
}

export interface RunningServer {
  readonly program: Program;
  readonly url: string;
  /** Makes the first operator; to be shown once. Undefined when there is one, or another process has shown its own. */
  readonly bootstrapCode: string | undefined;
  /** Stops taking requests, ends streams, writes what is held, closes. */
  stop(manner?: ShutDownManner): Promise<void>;
}

/** Starts the HTTP side and the jobs. */
export async function startServer(config: Config, webDirectory: string): Promise<RunningServer> {
  refuseJoblessServer(config);
  const program = await openProgram(config);
  const { ports } = program;
  const context = httpContextOf(program, webDirectory);
  const app = createApp(context);
  const metrics = await openListeners(program, app).catch(async (error: unknown) => {
    await app.close();
    await program.close();
    throw error;
  });
  const address = app.server.address();
  const url = typeof address === 'object' && address !== null ? `http://${config.host}:${address.port}` : '';
  const jobs = startJobs(program, config.publicUrl ?? url);
  const bootstrapCode = context.servesRequests
    ? await issueBootstrapCode(ports, { replace: false })
    : undefined;
  // Without waiting: until the model is there, knowledge is searched by words.
  void ports.embedder.settled();
  context.lifecycle.started();
  const stopDemoShop = startDemoShop(program, {
    subscription: defaultSubscription,
    publicUrl: config.publicUrl ?? url,
  });
  ports.logger.info('server ready', { address: url });
  let stopping: Promise<void> | undefined;
  const closeProgram = async (): Promise<void> => {
    jobs.stopSchedules();
    await stopDemoShop();
    await metrics?.close();
    await program.close();
  };
  const { lifecycle, streams } = context;
  const { drainSeconds } = config;
  return {
    program,
    url,
    bootstrapCode,
    stop: (manner = 'quick') =>
      (stopping ??= shutDown(
        { app, lifecycle, streams, drainSeconds, stopJobs: jobs.stop, closeProgram },
        manner,
      )),
  };
}

async function openListeners(
  { config, ports }: Program,
  app: ReturnType<typeof createApp>,
): Promise<Awaited<ReturnType<typeof listenForMetrics>> | undefined> {
  if (config.mode === 'production') await refuseStored(ports);
  await app.listen({ host: config.host, port: config.port });
  if (config.metricsPort === undefined) return undefined;
  return listenForMetrics({
    host: config.metricsHost,
    port: config.metricsPort,
    token: readTokenFile(config.metricsTokenFile),
    metrics: ports.metrics,
  });
}
