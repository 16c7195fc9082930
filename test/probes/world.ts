import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import {
  startConfluenceSimulator,
  type ConfluenceSimulator,
} from '../../simulators/confluence/start-confluence-simulator.ts';
import { startMailSimulator } from '../../simulators/mail/start-mail-simulator.ts';
import {
  startProviderSimulator,
  type ProviderSimulator,
} from '../../simulators/providers/provider-simulator.ts';
import { SMALL_CONTENT } from '../../simulators/zendesk/test-account.ts';
import {
  startZendeskSimulator,
  type ZendeskSimulator,
} from '../../simulators/zendesk/start-zendesk-simulator.ts';
import { readConfig } from '../../src/config.ts';
import { createApp } from '../../src/http/app.ts';
import type { HttpContext } from '../../src/http/context.ts';
import { httpContextOf } from '../../src/start-http.ts';
import { openProgram } from '../../src/start.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { issueBootstrapCode } from '../../src/services/operators/bootstrap.ts';
import { confluenceParts } from '../support/confluence.ts';
import { globalClient, zendeskParts } from '../support/zendesk-oauth.ts';
import type { ProbeEngine } from './engines.ts';
import { makeCanary, type Canary } from '../privacy/canaries.ts';

/** A Zendesk account and an AI provider of one subscription. */
export interface Upstream {
  readonly subdomain: string;
  readonly zendesk: ZendeskSimulator;
  readonly provider: ProviderSimulator;
  /** Calls both have answered. */
  calls(): Promise<number>;
}

/** The running server, what it is connected to, and what its handlers have read of requests. */
export interface World {
  readonly engine: ProbeEngine;
  readonly url: string;
  readonly context: HttpContext;
  readonly ports: Ports;
  readonly routes: readonly RouteOptions[];
  /** By `METHOD /path`: names a handler has read from the query, and from a body its endpoint leaves open. */
  readonly read: { readonly query: Map<string, Set<string>>; readonly body: Map<string, Set<string>> };
  /** `nobodys` is an account at Zendesk that no subscription has. */
  /** One site for everybody: what a subscription may read there is its own token's affair. */
  readonly confluence: ConfluenceSimulator;
  readonly upstreams: { readonly a: Upstream; readonly b: Upstream; readonly nobodys: Upstream };
  readonly canaries: { readonly b: Canary };
  readonly bootstrapCode: string;
  /** Ends what is written a moment later. */
  settle(): Promise<void>;
  close(): Promise<void>;
}
export type Plant = (app: FastifyInstance, context: HttpContext) => void;

/** Starts the server in this process with two simulated companies around it; `plant` adds routes of a test. */
export async function openWorld(engine: ProbeEngine, plant: Plant = () => {}): Promise<World> {
  const subdomain = makeCanary('subdomain of Zendesk');
  const [a, b, nobodys, mail, confluence] = await Promise.all([
    openUpstream('a-shop'),
    openUpstream(subdomain.value.toLowerCase(), 70_000_000),
    openUpstream('nobodys-shop'),
    startMailSimulator(),
    startConfluenceSimulator({ port: 0 }),
  ]);
  const clientSecretFile = join(engine.dataDirectory, 'zendesk-client-secret');
  writeFileSync(clientSecretFile, globalClient.secret, { mode: 0o600 });
  confluence.simulation.consent.answer = 'allow';
  const { app: confluenceApp } = confluence.simulation.oauth;
  const confluenceSecretFile = join(engine.dataDirectory, 'confluence-client-secret');
  writeFileSync(confluenceSecretFile, confluenceApp.secret, { mode: 0o600 });
  const providerHosts = [a, b].map(({ provider }) => new URL(provider.url).host);
  const config = readConfig({
    INDESK_DATA_DIR: engine.dataDirectory,
    INDESK_LOG_LEVEL: 'silent',
    INDESK_PORT: '0',
    INDESK_ROLE: 'serve',
    // Each probe comes from an address of its own, so that no limit by address answers in place of a handler.
    INDESK_TRUSTED_PROXIES: '127.0.0.1',
    INDESK_REQUESTS_PER_MINUTE: '1000000',
    INDESK_SESSION_MINUTES: '60',
    INDESK_ACCESS_TOKEN_MINUTES: '60',
    INDESK_ALLOWED_PRIVATE: providerHosts.join(','),
    INDESK_SMTP_URL: mail.smtpUrl,
    INDESK_ZENDESK_CLIENT_ID: globalClient.id,
    INDESK_ZENDESK_CLIENT_SECRET_FILE: clientSecretFile,
    INDESK_CONFLUENCE_CLIENT_ID: confluenceApp.id,
    INDESK_CONFLUENCE_CLIENT_SECRET_FILE: confluenceSecretFile,
    ...engine.environment,
  });
  const program = await openProgram(config);
  // The program knows one simulated account at most; here every subscription has its own.
  const parts = zendeskParts({
    database: program.bookkeeping,
    secretBox: program.ports.secretBox,
    origins: {
      [a.subdomain]: a.zendesk.url,
      [b.subdomain]: b.zendesk.url,
      [nobodys.subdomain]: nobodys.zendesk.url,
    },
    allowedPrivate: providerHosts,
  });
  const { secretBox } = program.ports;
  const ofConfluence = confluenceParts({ database: program.bookkeeping, secretBox, simulator: confluence });
  const { confluenceSite, confluenceOAuth } = ofConfluence.ports;
  const { egress, helpDesk, zendeskOAuth } = parts.ports;
  const ports: Ports = { ...program.ports, egress, helpDesk, zendeskOAuth, confluenceSite, confluenceOAuth };
  const context = httpContextOf({ ...program, ports }, join(import.meta.dirname, '../../dist/web'));
  const routes: RouteOptions[] = [];
  const app = createApp(context, (route) => void routes.push(route));
  const read = { query: new Map<string, Set<string>>(), body: new Map<string, Set<string>>() };
  watchReading(app, read);
  plant(app, context);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  const bootstrapCode = (await issueBootstrapCode(ports, { replace: true })) ?? '';
  context.lifecycle.started();
  const settle = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await program.ledger.flush();
  };
  return {
    engine,
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    context,
    ports,
    routes,
    read,
    confluence,
    upstreams: { a, b, nobodys },
    canaries: { b: subdomain },
    bootstrapCode,
    settle,
    close: async () => {
      await app.close();
      await Promise.all([parts.close(), ofConfluence.close()]);
      await program.close();
      await Promise.all([
        mail.close(),
        confluence.close(),
        ...[a, b, nobodys].flatMap(({ zendesk, provider }) => [zendesk.close(), provider.close()]),
      ]);
      await engine.close();
    },
  };
}

/** `numbersAbove` keeps the numbers of its tickets apart from those of other accounts. */
async function openUpstream(subdomain: string, numbersAbove = 0): Promise<Upstream> {
  const provider = await startProviderSimulator({ demo: true, demoPace: 0, record: true });
  const zendesk = await startZendeskSimulator({
    port: 0,
    content: {
      ...SMALL_CONTENT,
      macros: SMALL_CONTENT.macros.map((macro) => ({ ...macro, id: macro.id + numbersAbove })),
      tickets: SMALL_CONTENT.tickets.map((ticket) => ({ ...ticket, id: ticket.id + numbersAbove })),
    },
    subdomain,
    sidebarUrl: 'http://127.0.0.1:1/',
  });
  // Thousands of calls in less than a minute are the probe's doing, and a refusal would answer in place of the handler.
  const limits = ['requestsPerMinute', 'helpCenterPerMinute', 'updatesPerMinute', 'searchExportPerMinute'];
  await fetch(`${zendesk.url}/_sandbox/settings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ limits: Object.fromEntries(limits.map((limit) => [limit, null])) }),
  });
  return {
    subdomain,
    zendesk,
    provider,
    calls: async () => {
      const response = await fetch(`${zendesk.url}/_sandbox/requests`);
      const { total } = (await response.json()) as { total: number };
      return total + provider.requests.length;
    },
  };
}

/** Notes which names handlers read from queries and from bodies without a schema: no declaration says them. */
function watchReading(app: FastifyInstance, read: World['read']): void {
  const note = (into: Map<string, Set<string>>, request: FastifyRequest, value: object): object => {
    const key = `${request.method} ${request.routeOptions.url ?? ''}`;
    return new Proxy(value, {
      get: (target, name, receiver) => {
        if (typeof name === 'string' && name !== 'toJSON' && name !== 'then') {
          const names = into.get(key) ?? new Set();
          into.set(key, names.add(name));
        }
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  };
  app.addHook('preHandler', (request, _reply, done) => {
    request.query = note(read.query, request, request.query as object);
    const { body } = request;
    if (typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype)
      request.body = note(read.body, request, body);
    done();
  });
}
