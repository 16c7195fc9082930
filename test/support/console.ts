import { randomBytes, randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { MasterKeys } from '../../src/adapters/crypto/master-keys.ts';
import { parseRootKey, type RootKey } from '../../src/adapters/crypto/key-file.ts';
import { openSecretBox } from '../../src/adapters/crypto/secret-box.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import type { Audience } from '../../src/contract/endpoint.ts';
import type { AccountRole } from '../../src/ports/schema/accounts.ts';
import { anonymous, consoleAccount, operatorAccount, refuseEveryone } from '../../src/http/authenticate.ts';
import { ConsoleCookies } from '../../src/http/console-cookies.ts';
import { Lifecycle } from '../../src/http/lifecycle.ts';
import { answerProblems } from '../../src/http/problems.ts';
import { addAccountsRoutes } from '../../src/http/routes/accounts-routes.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import type { Call } from '../../src/ports/call.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { KeyValueStore } from '../../src/ports/key-value-store.ts';
import { createAccount } from '../../src/services/accounts/create-account.ts';
import { noSecondFactors, type MfaGate } from '../../src/services/accounts/mfa-gate.ts';
import { ConsoleSessions } from '../../src/services/sessions/console-sessions.ts';
import { appConnectionString, copyTemplate, type DatabaseEngine } from './database.ts';

export const goodPassword = 'violet kettle seventeen';

export const newRootKey = (): RootKey => parseRootKey(randomBytes(32).toString('base64'), 'test');

export interface ConsolePorts {
  readonly database: BookkeepingDatabase;
  readonly keyValues: KeyValueStore;
  readonly secretBox: Awaited<ReturnType<typeof openSecretBox>>['secretBox'];
  readonly clock: typeof systemClock;
  readonly ids: typeof uuidIds;
  readonly jobs: JobQueue;
}

/** One process of the console: its own connections and memory, over a database and key-value store it may share. */
export interface TestConsole {
  readonly ports: ConsolePorts;
  readonly sessions: ConsoleSessions;
  readonly app: FastifyInstance;
  /** Log lines the process wrote. */
  readonly log: readonly string[];
  call(subscriptionId: string): Call<keyof ConsolePorts>;
  newSubscription(name?: string): Promise<string>;
  newPerson(
    subscriptionId: string,
    options?: { readonly role?: AccountRole; readonly email?: string; readonly password?: string },
  ): Promise<{ readonly id: string; readonly email: string }>;
  /** A request as our own page makes it. */
  send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    options?: {
      readonly token?: string;
      readonly cookie?: string;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly from?: string;
    },
  ): Promise<LightMyRequestResponse>;
  /** Signs in over HTTP. */
  signIn(email: string, options?: { readonly password?: string }): Promise<Browser>;
}

export interface Browser {
  readonly token: string;
  /** Name and value of the refresh cookie. */
  readonly cookie: string;
  readonly deviceCookie: string;
}

export const ownPage = { 'sec-fetch-site': 'same-origin', 'x-indesk-console': '1' } as const;

/** The value of a cookie a response sets, as `name=value`. */
export function cookieOf(response: LightMyRequestResponse, name: string): string {
  const found = response.cookies.find((cookie) => cookie.name === name);
  return found === undefined ? '' : `${found.name}=${found.value}`;
}

export async function openConsole(options: {
  readonly database: BookkeepingDatabase;
  readonly rootKey: RootKey;
  readonly keyValues?: KeyValueStore;
  readonly gate?: MfaGate;
  /** The process's wall clock; the database's own is not changed by it. */
  readonly clock?: typeof systemClock;
  readonly accessTokenMinutes?: number;
}): Promise<TestConsole> {
  const { database, rootKey, keyValues = createMemoryKeyValueStore(), gate = noSecondFactors } = options;
  const clock = options.clock ?? systemClock;
  const log: string[] = [];
  const logger = createLogger({
    level: 'info',
    destination: { write: (line: string) => void log.push(line) },
  });
  const keyEncryption = await MasterKeys.open({ database, ids: uuidIds, logger, rootKey: () => rootKey });
  const { secretBox } = await openSecretBox({ database, keyEncryption, ids: uuidIds, logger });
  // Written to the outbox and worked on by nobody.
  const jobs = createOutbox({ database, ports: {} as never, clock, logger });
  const ports: ConsolePorts = { database, keyValues, secretBox, clock, ids: uuidIds, jobs };
  const sessions = new ConsoleSessions(ports, gate, {
    issuer: 'indesk',
    accessTokenMinutes: options.accessTokenMinutes ?? 10,
  });
  const app = Fastify({ genReqId: () => uuidIds.next(), bodyLimit: 256 * 1024 });
  answerProblems(app, logger);
  addAccountsRoutes(app, {
    // The routes of accounts reach for no other port.
    ports: { ...ports, logger, rateLimiter: createMemoryRateLimiter(clock) } as never,
    lifecycle: new Lifecycle(),
    requestsPerMinute: 1_000_000,
    authenticators: {
      public: anonymous,
      sidebar: refuseEveryone,
      widget: refuseEveryone,
      console: consoleAccount(sessions),
      operator: operatorAccount(sessions),
    } satisfies Record<Audience, unknown>,
    consoleSessions: sessions,
    consoleCookies: new ConsoleCookies({ publicUrl: undefined, mode: 'development' }),
    secondFactors: gate,
  });
  const call = (subscriptionId: string): Call<keyof ConsolePorts> => ({
    subscriptionId,
    actor: { kind: 'operator', id: 'test' },
    requestId: uuidIds.next(),
    signal: new AbortController().signal,
    ports,
  });
  const send: TestConsole['send'] = async (method, url, request = {}) =>
    app.inject({
      method,
      url,
      remoteAddress: request.from ?? '203.0.113.7',
      headers: {
        ...ownPage,
        ...(request.token !== undefined && { authorization: `Bearer ${request.token}` }),
        ...(request.cookie !== undefined && { cookie: request.cookie }),
        ...(method !== 'GET' && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(method !== 'GET' && { payload: JSON.stringify(request.body ?? {}) }),
    });
  return {
    ports,
    sessions,
    app,
    log,
    call,
    newSubscription: async (name = `sub-${randomUUID()}`) => {
      const id = randomUUID();
      return database.lookup((lookups) => lookups.createSubscription({ id, name, plan: 'team' }));
    },
    newPerson: async (subscriptionId, person = {}) => {
      const email = person.email ?? `${randomUUID()}@example.com`;
      const role = person.role ?? (subscriptionId === platformSubscriptionId ? 'operator' : 'admin');
      const password = person.password ?? goodPassword;
      return { ...(await createAccount(call(subscriptionId), { email, password, role })), email };
    },
    send,
    signIn: async (email, { password = goodPassword } = {}) => {
      const response = await send('POST', '/v1/auth/sign-in', { body: { email, password } });
      if (response.statusCode !== 200) throw new Error(`sign-in: ${response.statusCode} ${response.body}`);
      return {
        token: response.json<{ accessToken: string }>().accessToken,
        cookie: cookieOf(response, 'rt'),
        deviceCookie: cookieOf(response, 'device'),
      };
    },
  };
}

/** Two processes on one database: with connections of their own on PostgreSQL; PGlite has one process, so they share it there. */
export async function openTwoConsoles(
  engine: DatabaseEngine,
  options: Omit<Parameters<typeof openConsole>[0], 'database' | 'rootKey'> = {},
): Promise<{ readonly one: TestConsole; readonly two: TestConsole; close(): Promise<void> }> {
  const databases =
    engine.name === 'postgres'
      ? await openTwice()
      : await engine.open().then((only) => [only, only] as const);
  const rootKey = newRootKey();
  const keyValues = options.keyValues ?? createMemoryKeyValueStore();
  const one = await openConsole({ ...options, database: databases[0], rootKey, keyValues });
  const two = await openConsole({ ...options, database: databases[1], rootKey, keyValues });
  return {
    one,
    two,
    close: async () => {
      await Promise.all([one.app.close(), two.app.close()]);
      for (const database of new Set(databases)) await database.close();
    },
  };
}

async function openTwice() {
  const connectionString = appConnectionString(await copyTemplate());
  return [await openPostgres({ connectionString }), await openPostgres({ connectionString })] as const;
}
