import { createEgress } from './adapters/egress/create-egress.ts';
import { createLogger } from './adapters/logging/logger.ts';
import { createMetrics } from './adapters/metrics/metrics.ts';
import { createNoMailer } from './adapters/mail/no-mailer.ts';
import { createSmtpMailer } from './adapters/mail/smtp-mailer.ts';
import { Breakers } from './adapters/providers/breakers.ts';
import { createModelProvider } from './adapters/providers/create-model-provider.ts';
import { openSecrets } from './adapters/crypto/open-secrets.ts';
import { createZendeskHelpDesk } from './adapters/zendesk/create-zendesk-help-desk.ts';
import { createZendeskOAuth } from './adapters/zendesk/oauth.ts';
import { MacroReader } from './copilot/macros/macro-reader.ts';
import { systemClock, uuidIds } from './adapters/system/clock.ts';
import type { Config } from './config.ts';
import { openDatabase } from './start-database.ts';
import { egressOf, zendeskClientsOf } from './start-egress.ts';
import { operatorPartsOf, type OperatorParts } from './start-operators.ts';
import { openSharedState } from './start-shared-state.ts';
import {
  anonymous,
  consoleAccount,
  operatorAccount,
  refuseEveryone,
  sidebarAgent,
} from './http/authenticate.ts';
import { ConsoleCookies } from './http/console-cookies.ts';
import { createApp } from './http/app.ts';
import { operatorCaller } from './http/operator-caller.ts';
import type { HttpContext } from './http/context.ts';
import { Lifecycle } from './http/lifecycle.ts';
import { listenForMetrics } from './http/metrics-listener.ts';
import { createOpenStreams } from './http/open-streams.ts';
import { shutDown, type ShutDownManner } from './http/shut-down.ts';
import { withinSubscription } from './http/within-subscription.ts';
import { scheduleCleanUp } from './jobs/schedule-clean-up.ts';
import { scheduleKeyChecks } from './jobs/schedule-key-checks.ts';
import { scheduleMacroSyncs } from './jobs/schedule-macro-syncs.ts';
import { jobTable } from './jobs/table.ts';
import type { Call } from './ports/call.ts';
import type { BookkeepingDatabase } from './ports/database.ts';
import type { Ports } from './ports/ports.ts';
import { refuseJoblessServer, refuseStored, refuseUnsafe } from './production-checks/refuse-unsafe.ts';
import { readTokenFile } from './production-checks/token-file.ts';
import { Readiness } from './services/health/readiness.ts';
import { issueBootstrapCode } from './services/operators/bootstrap.ts';
import type { ZendeskClients } from './services/integrations/zendesk-clients.ts';
import { ZendeskTokens } from './services/integrations/zendesk-tokens.ts';
import { connectSandbox, parseSandbox, type SandboxConnection } from './services/sandbox/connect-sandbox.ts';
import { MacroTelemetry } from './services/macros/macro-telemetry.ts';
import { secondFactors } from './services/mfa/second-factors.ts';
import { ConsoleSessions } from './services/sessions/console-sessions.ts';
import { SidebarSessions } from './services/sessions/sidebar-session.ts';
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
    sandbox && { zendeskUrl: sandbox.url, providersUrl: sandbox.connection.provider.baseUrl },
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
  const helpDesk = createZendeskHelpDesk({ ...zendesk, rotatingTokens });
  const modelProvider = createModelProvider({
    dispatcherFor: (purpose) => egress.dispatcherFor(purpose),
    clock: systemClock,
    breakers: new Breakers({ clock: systemClock, metrics }),
  });
  const mailer =
    config.smtpUrl === undefined
      ? createNoMailer()
      : createSmtpMailer({ url: config.smtpUrl, from: config.mailFrom, logger });
  const base = {
    database,
    mailer,
    logger,
    metrics,
    secretBox,
    keyRing,
    egress,
    helpDesk,
    zendeskOAuth,
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
  const operators = operatorPartsOf(config, { ...ports, database }, settings, zendeskClients);
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
      await Promise.all([closeShared(), egress.close(), mailer.close()]);
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

/** What the routes of a program are given. */
export function httpContextOf(program: Program, webDirectory: string): HttpContext {
  const { config, ports, settings, ledger, macros, macroTelemetry, feedbackBook, budgets } = program;
  const { quotas, adminTokens, ending } = program;
  const sessions = new SidebarSessions(ports, config.sessionMinutes);
  const consoleSessions = new ConsoleSessions(ports, secondFactors, {
    issuer: config.publicUrl ?? 'indesk',
    accessTokenMinutes: config.accessTokenMinutes,
  });
  return {
    ports,
    settings,
    ledger,
    macros,
    macroTelemetry,
    feedbackBook,
    budgets,
    quotas,
    adminTokens,
    ending,
    sessions,
    consoleSessions,
    secondFactors,
    consoleCookies: new ConsoleCookies(config),
    authenticators: {
      public: anonymous,
      sidebar: sidebarAgent(sessions),
      widget: refuseEveryone,
      console: withinSubscription(consoleAccount(consoleSessions), settings),
      operator: operatorCaller(adminTokens, operatorAccount(consoleSessions)),
    },
    streams: createOpenStreams(),
    zendeskClients: program.zendeskClients,
    bookkeeping: program.bookkeeping,
    webDirectory,
    sidebarOrigins: config.sidebarOrigins,
    requestsPerMinute: config.requestsPerMinute,
    auditDays: config.auditDays,
    lifecycle: new Lifecycle(),
    readiness: new Readiness(ports),
    trustedProxies: config.trustedProxies,
    servesRequests: config.role !== 'work',
  };
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
  const stopJobs =
    config.role === 'serve'
      ? async () => {}
      : ports.jobs.work(
          jobTable(
            program.settings,
            config.publicUrl ?? url,
            program.ending,
            config.auditDays,
            program.macros,
          ),
        );
  const stopCleanUp =
    config.role === 'serve' ? () => {} : scheduleCleanUp({ ...ports, database: program.bookkeeping });
  const stopMacroSyncs =
    config.role === 'serve' ? () => {} : scheduleMacroSyncs({ ...ports, database: program.bookkeeping });
  const stopKeyChecks =
    config.role === 'serve' ? () => {} : scheduleKeyChecks({ ...ports, database: program.bookkeeping });
  const bootstrapCode = context.servesRequests
    ? await issueBootstrapCode(ports, { replace: false })
    : undefined;
  context.lifecycle.started();
  ports.logger.info('server ready', { address: url });
  let stopping: Promise<void> | undefined;
  const closeProgram = async (): Promise<void> => {
    stopCleanUp();
    stopMacroSyncs();
    stopKeyChecks();
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
      (stopping ??= shutDown({ app, lifecycle, streams, drainSeconds, stopJobs, closeProgram }, manner)),
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
