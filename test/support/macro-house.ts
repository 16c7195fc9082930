import type { FastifyInstance } from 'fastify';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import { permissionsOf, type Role } from '../../src/contract/permissions.ts';
import { MacroReader } from '../../src/copilot/macros/macro-reader.ts';
import type { Principal } from '../../src/http/authenticate.ts';
import { addMacrosRoutes } from '../../src/http/routes/macros-routes.ts';
import type { HelpDesk } from '../../src/ports/help-desk.ts';
import type { JobContext } from '../../src/ports/job-queue.ts';
import { connectZendesk } from '../../src/services/integrations/connect-zendesk.ts';
import { MacroTelemetry } from '../../src/services/macros/macro-telemetry.ts';
import { syncMacros } from '../../src/services/macros/sync-macros.ts';
import { startSimulatedAccount, type SimulatedAccount } from '../contracts/zendesk/simulated-account.ts';
import type { TestCall } from './calls.ts';
import type { DatabaseEngine } from './database.ts';
import { openRoutesOfLead, type RoutesOfLead } from './routes-of-lead.ts';

/** The macro routes over a real database and a simulated account. */
export interface MacroHouse {
  readonly account: SimulatedAccount;
  readonly routes: RoutesOfLead;
  readonly telemetry: MacroTelemetry;
  readonly macros: MacroReader;
  /** A subscription that is connected to the account; from now on the routes are called in it. */
  newLead(): Promise<TestCall>;
  /** Who calls the console's routes, and which agent the sidebar's. */
  as(caller: { readonly role?: Role; readonly agentId?: number }): void;
  /** Adds a macro to the account, made long ago, or changes it. */
  put(id: number, more?: object): Promise<unknown>;
  remove(...ids: readonly number[]): Promise<void>;
  /** Reads the macros, as the job does; `helpDesk` may stand in between. */
  sync(helpDesk?: HelpDesk, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export async function openMacroHouse(engine: DatabaseEngine): Promise<MacroHouse> {
  const account = await startSimulatedAccount();
  const logger = createLogger({ level: 'silent' });
  let call: TestCall | undefined;
  let role: Role = 'admin';
  let agentId = 9001;
  const inside = (): TestCall => {
    if (call === undefined) throw new Error('there is no subscription');
    return call;
  };
  const principal = (actor: Principal['actor'], of: Role): Principal => ({
    subscriptionId: inside().subscriptionId,
    actor,
    permissions: permissionsOf[of],
    limitKey: inside().subscriptionId,
    provenAt: Date.now(),
  });
  const asLead = (): Principal => principal({ kind: 'account', id: uuidIds.next() }, role);
  const asAgent = (): Principal => principal({ kind: 'zendesk-agent', id: agentId }, 'agent');
  // Both stand on the database that the routes open.
  let telemetry: MacroTelemetry | undefined;
  let macros: MacroReader | undefined;
  const ports = { helpDesk: account.helpDesk };
  const routes = await openRoutesOfLead(
    engine,
    (app: FastifyInstance, context) => {
      const { database } = context.ports;
      telemetry = new MacroTelemetry({ database, ids: uuidIds, logger });
      macros = new MacroReader(context.ports);
      const jobs = createOutbox({
        database: database as never,
        ports: context.ports as JobContext['ports'],
        clock: systemClock,
        logger,
      });
      addMacrosRoutes(app, {
        ...context,
        ports: { ...context.ports, jobs },
        macros,
        macroTelemetry: telemetry,
        authenticators: {
          public: asLead,
          widget: asLead,
          operator: asLead,
          console: asLead,
          sidebar: asAgent,
        },
      });
    },
    { ports },
  );
  if (telemetry === undefined || macros === undefined) throw new Error('the routes were not added');
  const reader = macros;
  return {
    account,
    routes,
    telemetry,
    macros: reader,
    async newLead() {
      call = await routes.newLead();
      const { subdomain, clientId, clientSecret } = account.connection;
      const { database, secretBox } = routes;
      await connectZendesk(
        {
          ...call,
          signal: new AbortController().signal,
          ports: { ...ports, database, secretBox, logger, ids: uuidIds, clock: systemClock } as never,
        },
        { subdomain, clientId, clientSecret, scopes: 'read' },
      );
      return call;
    },
    as(caller) {
      ({ role = role, agentId = agentId } = caller);
    },
    put: (id, more = {}) =>
      account.control('POST', 'macros', {
        id,
        title: `Macro ${id}`,
        actions: [{ field: 'status', value: 'pending' }],
        created_at: '2020-01-01T00:00:00Z',
        ...more,
      }),
    async remove(...ids) {
      for (const id of ids) await account.control('DELETE', `macros/${id}`);
    },
    sync: (helpDesk = account.helpDesk, signal = new AbortController().signal) =>
      syncMacros(
        {
          ...inside(),
          signal,
          ports: { database: routes.database, secretBox: routes.secretBox, helpDesk },
        },
        routes.settings,
        (id) => reader.forget(id),
      ),
    async close() {
      await telemetry?.flush();
      await routes.close();
      await account.close();
    },
  };
}
