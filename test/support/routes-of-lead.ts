import Fastify, { type FastifyInstance } from 'fastify';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import { permissionsOf } from '../../src/contract/permissions.ts';
import type { Principal } from '../../src/http/authenticate.ts';
import type { HttpContext } from '../../src/http/context.ts';
import { Lifecycle } from '../../src/http/lifecycle.ts';
import { answerProblems } from '../../src/http/problems.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { SettingsReader } from '../../src/services/settings/settings-reader.ts';
import { newSubscription, type TestCall } from './calls.ts';
import type { DatabaseEngine } from './database.ts';
import { openTestSecrets } from './secrets.ts';

/** Routes of the console over a real database, called by an admin of a subscription of its own. */
export interface RoutesOfLead {
  readonly database: BookkeepingDatabase;
  readonly secretBox: SecretBox;
  readonly settings: SettingsReader;
  readonly app: FastifyInstance;
  /** From now on the caller is an admin of a new subscription. */
  newLead(): Promise<TestCall>;
  /** From now on the caller has this role in the same subscription. */
  as(role: 'admin' | 'member'): void;
  send(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    body?: unknown,
  ): Promise<{
    readonly status: number;
    readonly body: never;
    readonly text: string;
  }>;
  close(): Promise<void>;
}

/** Opens them; `more` is what the routes need beside settings, database, secrets, clock and logger. */
export async function openRoutesOfLead(
  engine: DatabaseEngine,
  addRoutes: (app: FastifyInstance, context: HttpContext) => void,
  more: { readonly ports?: object; readonly context?: object } = {},
): Promise<RoutesOfLead> {
  const database = await engine.open();
  const { secretBox } = await openTestSecrets(database);
  const settings = new SettingsReader({ database, secretBox });
  const app = Fastify({ genReqId: () => uuidIds.next() });
  const logger = createLogger({ level: 'silent' });
  answerProblems(app, logger);
  let principal: Principal | undefined;
  const console = (): Principal => {
    if (principal === undefined) throw new Error('nobody has signed in');
    return principal;
  };
  const context: Partial<HttpContext> = {
    ports: {
      database,
      secretBox,
      logger,
      clock: systemClock,
      ids: uuidIds,
      rateLimiter: createMemoryRateLimiter(systemClock),
      ...more.ports,
    } as unknown as HttpContext['ports'],
    settings,
    lifecycle: new Lifecycle(),
    requestsPerMinute: 1_000_000,
    authenticators: { public: console, sidebar: console, widget: console, console, operator: console },
    ...more.context,
  };
  addRoutes(app, context as HttpContext);
  return {
    database,
    secretBox,
    settings,
    app,
    async newLead() {
      const call = await newSubscription(database);
      principal = {
        subscriptionId: call.subscriptionId,
        actor: { kind: 'account', id: uuidIds.next() },
        permissions: permissionsOf.admin,
        limitKey: call.subscriptionId,
        provenAt: Date.now(),
      };
      return call;
    },
    as(role) {
      principal = { ...console(), permissions: permissionsOf[role] };
    },
    async send(method, url, body) {
      const response = await app.inject({
        method,
        url,
        ...(body !== undefined && {
          payload: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      });
      const text = response.body;
      return {
        status: response.statusCode,
        text,
        body: (text === '' ? undefined : JSON.parse(text)) as never,
      };
    },
    async close() {
      await app.close();
      await database.close();
    },
  };
}
