import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import {
  startProviderSimulator,
  type ProviderSimulator,
} from '../../simulators/providers/provider-simulator.ts';
import { createContentBox } from '../../src/adapters/crypto/content-box.ts';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { createEgress } from '../../src/adapters/egress/create-egress.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { createMetrics } from '../../src/adapters/metrics/metrics.ts';
import { createModelProvider } from '../../src/adapters/providers/create-model-provider.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import type { ChatServices } from '../../src/chat/chat-call.ts';
import { AiAgentSettings, type AiAgent } from '../../src/contract/ai-agents.ts';
import type { ChatAnswer, ChatEvent, WidgetLook } from '../../src/contract/chat.ts';
import { permissionsOf } from '../../src/contract/permissions.ts';
import type { Problem } from '../../src/contract/problem.ts';
import { refuseEveryone, widgetVisitor, type Principal } from '../../src/http/authenticate.ts';
import type { HttpContext } from '../../src/http/context.ts';
import { Lifecycle } from '../../src/http/lifecycle.ts';
import { createOpenStreams } from '../../src/http/open-streams.ts';
import { answerProblems } from '../../src/http/problems.ts';
import { addAiAgentsRoutes } from '../../src/http/routes/ai-agents-routes.ts';
import { addQuestionsRoutes } from '../../src/http/routes/questions-routes.ts';
import { addPlaygroundRoutes } from '../../src/http/routes/playground-routes.ts';
import { addChatRoutes } from '../../src/http/routes/chat-routes.ts';
import { addWidgetPages } from '../../src/http/routes/widget-pages.ts';
import { Transient } from '../../src/kernel/transient.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { HelpDesk } from '../../src/ports/help-desk.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import { securityHeaders } from '../../src/http/security-headers.ts';
import type { KeyValueStore } from '../../src/ports/key-value-store.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { changeAiAgent, publishAiAgentVersion } from '../../src/services/ai-agents/change-ai-agent.ts';
import { createAiAgent } from '../../src/services/ai-agents/create-ai-agent.ts';
import { BudgetKeeper } from '../../src/services/budgets/budget-keeper.ts';
import { addProvider } from '../../src/services/integrations/add-provider.ts';
import type { Passage } from '../../src/services/knowledge/passage.ts';
import { QuotaKeeper } from '../../src/services/quotas/quota-keeper.ts';
import { SettingsReader } from '../../src/services/settings/settings-reader.ts';
import { CallLedger } from '../../src/services/usage/call-ledger.ts';
import { chatServicesOf } from '../../src/start-chat.ts';
import { newSubscription, type TestCall } from './calls.ts';
import { modelAnswer, passage } from './chat-answers.ts';
import type { DatabaseEngine } from './database.ts';
import { openTestSecrets } from './secrets.ts';

export const shopOrigin = 'https://shop.example';

/** A published AI agent of a subscription with a simulated provider. */
export interface TestAgent {
  readonly call: TestCall;
  readonly agent: AiAgent;
}

export interface TurnResult {
  readonly status: number;
  readonly events: readonly ChatEvent[];
  readonly answer: ChatAnswer | undefined;
  /** Of a refusal, or of the stream's end. */
  readonly problem: Problem | undefined;
  /** What was shown while it arrived. */
  readonly shown: string;
}

/** A visitor with one conversation. */
export interface TestVisitor {
  readonly token: string;
  readonly look: WidgetLook;
  /** The newest history; every answer replaces it. */
  history: string;
  say(
    message: string,
    more?: { readonly history?: string; readonly replica?: number; readonly signal?: AbortSignal },
  ): Promise<TurnResult>;
  post(path: string, body: object, replica?: number): Promise<{ status: number; body: never }>;
}

/** The chat over a real database and a provider that speaks HTTP, in one process or several that share their memory. */
export interface ChatHouse {
  readonly database: BookkeepingDatabase;
  readonly ports: HttpContext['ports'];
  readonly provider: ProviderSimulator;
  readonly keyValues: KeyValueStore;
  readonly services: readonly ChatServices[];
  readonly ledger: CallLedger;
  readonly apps: readonly FastifyInstance[];
  readonly urls: readonly string[];
  /** Lines of the log. */
  readonly log: string[];
  /** What retrieval finds, for whichever question, by AI agent. */
  readonly passages: Map<string, readonly Passage[]>;
  /** What retrieval was asked. */
  readonly asked: string[][];
  newAgent(
    settings?: Partial<AiAgentSettings>,
    more?: { readonly key?: string | null; readonly call?: TestCall },
  ): Promise<TestAgent>;
  visit(
    agent: TestAgent,
    more?: { readonly replica?: number; readonly identity?: string },
  ): Promise<TestVisitor>;
  open(
    key: string,
    options?: {
      readonly origin?: string | undefined;
      readonly replica?: number;
      readonly body?: object;
      readonly from?: string;
    },
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: never }>;
  /** Another provider account, which becomes the one that answers. */
  addProvider(call: TestCall, key: string): Promise<void>;
  switchOff(agent: TestAgent): Promise<void>;
  close(): Promise<void>;
}

export { modelAnswer, passage };

export async function openChatHouse(
  engine: DatabaseEngine,
  options: {
    readonly replicas?: number;
    readonly requestsPerMinute?: number;
    readonly keyValues?: KeyValueStore;
    /** What of the services is another in a test. */
    readonly change?: (services: ChatServices) => Partial<ChatServices>;
    /** Without one, no subscription can be connected. */
    readonly helpDesk?: HelpDesk;
    readonly jobs?: JobQueue;
    readonly secretBox?: SecretBox;
    readonly clock?: Clock;
  } = {},
): Promise<ChatHouse> {
  const database = await engine.open();
  const provider = await startProviderSimulator({ demo: true, demoPace: 0, record: true });
  const keyValues = options.keyValues ?? createMemoryKeyValueStore();
  const egress = createEgress({ allowedPrivate: [new URL(provider.url).host] });
  const log: string[] = [];
  const logger = createLogger({
    level: 'debug',
    destination: { write: (line: string) => void log.push(line) },
  });
  const secretBox = options.secretBox ?? (await openTestSecrets(database)).secretBox;
  const passages = new Map<string, readonly Passage[]>();
  const asked: string[][] = [];
  const ports = {
    database,
    keyValues,
    secretBox,
    contentBox: createContentBox(secretBox),
    egress,
    logger,
    helpDesk: options.helpDesk,
    jobs: options.jobs,
    clock: options.clock ?? systemClock,
    ids: uuidIds,
    metrics: createMetrics(),
    rateLimiter: createMemoryRateLimiter(systemClock),
    modelProvider: createModelProvider({
      dispatcherFor: (purpose) => egress.dispatcherFor(purpose),
      clock: systemClock,
      deadlines: {},
    }),
  } as unknown as HttpContext['ports'];
  // Written to the outbox; tests do the work themselves.
  const jobs = createOutbox({ database, ports: {} as never, clock: systemClock, logger });
  Object.assign(ports, { jobs });
  const ledger = new CallLedger(ports);
  const quotas = new QuotaKeeper({ database, logger, clock: systemClock } as never);
  const budgets = new BudgetKeeper(ports, ledger);
  const requestsPerMinute = options.requestsPerMinute ?? 100_000;
  const replicas = await Promise.all(
    Array.from({ length: options.replicas ?? 1 }, async () => {
      const settings = new SettingsReader({ database, secretBox });
      const made = chatServicesOf({
        config: { requestsPerMinute },
        ports,
        settings,
        ledger,
        quotas,
        budgets,
        bookkeeping: database,
      } as never);
      const services: ChatServices = {
        ...made,
        retrieve: async (_call, { scope, query, limit }) => {
          query.measure((texts) => asked.push([...texts]));
          const found = passages.get(scope.aiAgentId) ?? [];
          return { passages: Transient.of(found.slice(0, limit)), mode: 'lexical', sure: found.length > 0 };
        },
        ...options.change?.(made),
      };
      const app = Fastify({ genReqId: () => uuidIds.next(), trustProxy: true });
      app.addHook('onRequest', (_request, reply, done) => {
        reply.headers(securityHeaders);
        done();
      });
      answerProblems(app, logger);
      const context = {
        ports,
        settings,
        chat: services,
        streams: createOpenStreams(),
        lifecycle: new Lifecycle(),
        requestsPerMinute: 1_000_000,
        webDirectory: join(import.meta.dirname, '../../dist/web'),
        zendeskClients: { redirectUri: 'https://indesk.example' },
        authenticators: {
          public: refuseEveryone,
          sidebar: refuseEveryone,
          operator: refuseEveryone,
          console: (request): Principal => ({
            subscriptionId: String(request.headers['x-subscription']),
            actor: { kind: 'account', id: uuidIds.next() },
            permissions: permissionsOf.admin,
            limitKey: 'console',
            provenAt: Date.now(),
          }),
          widget: widgetVisitor(services.sessions),
        },
      } as Partial<HttpContext> as HttpContext;
      addChatRoutes(app, context);
      addWidgetPages(app, context);
      addAiAgentsRoutes(app, context);
      addPlaygroundRoutes(app, context);
      addQuestionsRoutes(app, context);
      await app.listen({ host: '127.0.0.1', port: 0 });
      const address = app.server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      return { app, services, settings, url: `http://127.0.0.1:${port}` };
    }),
  );
  const urls = replicas.map(({ url }) => url);
  const callWith = (call: TestCall) => ({ ...call, signal: new AbortController().signal, ports }) as never;
  let visitors = 0;
  // Everybody comes from an address of their own unless a test says otherwise.
  const newAddress = (): string => {
    visitors += 1;
    return `198.51.${Math.floor(visitors / 250) % 250}.${(visitors % 250) + 1}`;
  };

  const open: ChatHouse['open'] = async (key, given = {}) => {
    const origin = 'origin' in given ? given.origin : shopOrigin;
    const response = await fetch(`${urls[given.replica ?? 0]}/v1/chat/${key}/sessions`, {
      method: 'POST',
      headers: {
        'content-type': 'text/plain',
        'x-forwarded-for': given.from ?? newAddress(),
        ...(origin !== undefined && { origin }),
      },
      body: JSON.stringify(given.body ?? {}),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as never };
  };

  const addAccount = async (call: TestCall, key: string): Promise<void> => {
    await addProvider(callWith(call), {
      kind: 'openai-compatible',
      label: `Account ${key}`,
      model: 'sim-model',
      baseUrl: `${provider.url}/compatible/v1`,
      apiKey: key,
    });
  };

  return {
    database,
    ports,
    provider,
    keyValues,
    services: replicas.map(({ services }) => services),
    ledger,
    apps: replicas.map(({ app }) => app),
    urls,
    log,
    passages,
    asked,
    open,
    async newAgent(settings = {}, { key = 'sk-sim.n=3', call: known } = {}) {
      const call = known ?? (await newSubscription(database));
      if (key !== null && known === undefined) await addAccount(call, key);
      const made = await createAiAgent(callWith(call), {
        name: 'Shop assistant',
        settings: AiAgentSettings.parse({ allowedOrigins: [shopOrigin], ...settings }),
      });
      const agent = await publishAiAgentVersion(callWith(call), made.id, 1);
      passages.set(agent.id, [passage('Parcels arrive within three days. Returns are free for 30 days.')]);
      return { call, agent };
    },
    async visit({ agent }, { replica = 0, identity } = {}) {
      const { status, body } = await open(agent.widgetKey, {
        replica,
        ...(identity !== undefined && { body: { identity } }),
      });
      if (status !== 200) throw new Error(`no session: ${status} ${JSON.stringify(body)}`);
      const opened = body as { session: string; history: string; look: WidgetLook };
      const from = newAddress();
      const headers = {
        authorization: `Bearer ${opened.session}`,
        'content-type': 'application/json',
        'x-forwarded-for': from,
      };
      const visitor: TestVisitor = {
        token: opened.session,
        look: opened.look,
        history: opened.history,
        async say(message, more = {}) {
          const response = await fetch(`${urls[more.replica ?? 0]}/v1/chat/${agent.widgetKey}/turns`, {
            method: 'POST',
            headers,
            body: JSON.stringify({ message, history: more.history ?? visitor.history }),
            ...(more.signal !== undefined && { signal: more.signal }),
          });
          const text = await response.text();
          if (response.status !== 200)
            return {
              status: response.status,
              events: [],
              answer: undefined,
              problem: JSON.parse(text) as Problem,
              shown: '',
            };
          const events = text
            .split('\n\n')
            .filter((line) => line.startsWith('data: '))
            .map((line) => JSON.parse(line.slice(6)) as ChatEvent);
          const answer = events.find((event) => event.type === 'answer')?.answer;
          if (answer !== undefined) visitor.history = answer.history;
          return {
            status: 200,
            events,
            answer,
            problem: events.find((event) => event.type === 'problem')?.problem,
            shown: events.map((event) => (event.type === 'text-delta' ? event.text : '')).join(''),
          };
        },
        async post(path, body, at = 0) {
          const response = await fetch(`${urls[at]}/v1/chat/${agent.widgetKey}/${path}`, {
            method: 'POST',
            headers,
            body: JSON.stringify(body),
          });
          return { status: response.status, body: (await response.json()) as never };
        },
      };
      return visitor;
    },
    addProvider: addAccount,
    async switchOff({ call, agent }) {
      await changeAiAgent(callWith(call), agent.id, { status: 'off' });
    },
    async close() {
      for (const { app, services } of replicas) {
        services.running.close();
        await app.close();
      }
      await budgets.close();
      await ledger.flush();
      await quotas.close();
      await Promise.all([provider.close(), egress.close(), keyValues.close()]);
      await database.close();
    },
  };
}
