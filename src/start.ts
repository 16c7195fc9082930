import { join } from 'node:path';
import { createMemoryKeyValueStore } from './adapters/memory/key-value-store.ts';
import { createMemoryRateLimiter } from './adapters/memory/rate-limiter.ts';
import { createEgress } from './adapters/egress/create-egress.ts';
import { createLogger } from './adapters/logging/logger.ts';
import { createMetrics } from './adapters/metrics/metrics.ts';
import { createModelProvider } from './adapters/providers/create-model-provider.ts';
import { createOutbox } from './adapters/outbox/outbox.ts';
import { createSecretBox } from './adapters/crypto/secret-box.ts';
import { createZendeskHelpDesk } from './adapters/zendesk/create-zendesk-help-desk.ts';
import { openPglite } from './adapters/pglite/open-pglite.ts';
import { openPostgres } from './adapters/postgres/open-postgres.ts';
import { readOrMakeKeyFile } from './adapters/crypto/key-file.ts';
import { systemClock, uuidIds } from './adapters/system/clock.ts';
import type { Config } from './config.ts';
import { anonymous, refuseEveryone, sidebarAgent } from './http/authenticate.ts';
import { createApp } from './http/app.ts';
import { createOpenStreams, type HttpContext } from './http/context.ts';
import { jobTable } from './jobs/table.ts';
import type { Call } from './ports/call.ts';
import type { Ports } from './ports/ports.ts';
import { connectSandbox, parseSandbox, type SandboxConnection } from './services/sandbox/connect-sandbox.ts';
import { SidebarSessions } from './services/sessions/sidebar-session.ts';
import { SettingsReader } from './services/settings/settings-reader.ts';
import { ensureSubscription } from './services/subscriptions/create-subscription.ts';
import { CallLedger } from './services/usage/call-ledger.ts';

/** The parts of a running program, without its HTTP side. */
export interface Program {
  readonly config: Config;
  readonly ports: Ports;
  readonly settings: SettingsReader;
  readonly ledger: CallLedger;
  /** A call made by the operator at the command line. */
  operatorCall(subscriptionId: string, signal?: AbortSignal): Call<keyof Ports>;
  close(): Promise<void>;
}

export const defaultSubscription = 'main';

/** Opens the database and makes every adapter. */
export async function openProgram(config: Config): Promise<Program> {
  const logger = createLogger({ level: config.logLevel });
  const metrics = createMetrics();
  const secretBox = createSecretBox(readOrMakeKeyFile(config.keyFile));
  const database =
    config.databaseUrl === undefined
      ? await openPglite({ directory: join(config.dataDirectory, 'database'), logger })
      : await openPostgres({
          connectionString: config.databaseUrl,
          logger,
          ...(config.databaseOwnerUrl !== undefined && { ownerConnectionString: config.databaseOwnerUrl }),
        });
  const sandbox = await readSandbox(config);
  const egress = createEgress({
    allowedPrivate: [
      ...config.allowedPrivate,
      ...(sandbox === undefined
        ? []
        : [new URL(sandbox.url).host, new URL(sandbox.connection.provider.baseUrl).host]),
    ],
  });
  const helpDesk = createZendeskHelpDesk({
    egress,
    originFor: (subdomain) =>
      sandbox?.connection.subdomain === subdomain ? sandbox.url : `https://${subdomain}.zendesk.com`,
    logger,
    metrics,
    clock: systemClock,
  });
  const modelProvider = createModelProvider({
    dispatcherFor: (purpose) => egress.dispatcherFor(purpose),
    clock: systemClock,
  });
  const base = {
    database,
    logger,
    metrics,
    secretBox,
    egress,
    helpDesk,
    modelProvider,
    clock: systemClock,
    ids: uuidIds,
  };
  const ports: Ports = {
    ...base,
    keyValues: createMemoryKeyValueStore(),
    rateLimiter: createMemoryRateLimiter(systemClock),
    jobs: createOutbox({ database, ports: base, clock: systemClock, logger }),
  };
  const settings = new SettingsReader(ports);
  const ledger = new CallLedger(ports);
  const program: Program = {
    config,
    ports,
    settings,
    ledger,
    operatorCall: (subscriptionId, signal = AbortSignal.timeout(60_000)) => ({
      subscriptionId,
      actor: { kind: 'operator', id: 'command-line' },
      requestId: uuidIds.next(),
      signal,
      ports,
    }),
    close: async () => {
      await ledger.flush();
      await Promise.all([ports.keyValues.close(), ports.rateLimiter.close(), egress.close()]);
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
  /** Stops taking requests, ends streams, writes what is held, closes. */
  stop(): Promise<void>;
}

/** Starts the HTTP side and the jobs. */
export async function startServer(config: Config, webDirectory: string): Promise<RunningServer> {
  const program = await openProgram(config);
  const { ports, settings, ledger } = program;
  let draining = false;
  let url = '';
  const streams = createOpenStreams();
  const sessions = new SidebarSessions(ports, config.sessionMinutes);
  const context: HttpContext = {
    ports,
    settings,
    ledger,
    sessions,
    authenticators: {
      public: anonymous,
      sidebar: sidebarAgent(sessions),
      widget: refuseEveryone,
      console: refuseEveryone,
      operator: refuseEveryone,
    },
    streams,
    webDirectory,
    sidebarOrigins: config.sidebarOrigins,
    requestsPerMinute: config.requestsPerMinute,
    isDraining: () => draining,
  };
  const app = createApp(context);
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await program.close();
    throw error;
  }
  const address = app.server.address();
  url = typeof address === 'object' && address !== null ? `http://${config.host}:${address.port}` : '';
  const stopJobs = ports.jobs.work(jobTable(program.settings));
  const stopMetrics = await serveMetrics(config, ports);
  ports.logger.info('server ready', { address: url });
  return {
    program,
    url,
    stop: async () => {
      if (draining) return;
      draining = true;
      streams.abortAll();
      await Promise.all([app.close(), stopJobs(), stopMetrics()]);
      await program.close();
    },
  };
}

/** Metrics have a listener of their own on the loopback address, apart from what tenants can reach. */
async function serveMetrics(config: Config, ports: Ports): Promise<() => Promise<void>> {
  if (config.metricsPort === undefined) return async () => {};
  const { createServer } = await import('node:http');
  const server = createServer((_request, response) => {
    void ports.metrics
      .render()
      .then((text) => response.setHeader('content-type', 'text/plain; version=0.0.4').end(text));
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(config.metricsPort, '127.0.0.1', resolve),
  );
  return () => new Promise((resolve) => server.close(() => resolve()));
}
