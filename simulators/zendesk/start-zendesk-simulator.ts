import { createServer } from 'node:http';
import { loadDemoContent } from '../content/load.ts';
import type { AccountContent } from '../content/content.ts';
import { Account, SERVICE_USER_ID } from './account.ts';
import { commentRoutes } from './comment-routes.ts';
import { directoryRoutes } from './directory-routes.ts';
import { FaultSwitch } from './faults.ts';
import { helpCenterRoutes } from './help-center-routes.ts';
import { loadIdentity } from './identity.ts';
import { incrementalRoutes } from './incremental-routes.ts';
import { Jobs } from './jobs.ts';
import { macroRoutes } from './macro-routes.ts';
import { OAuth } from './oauth.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { createPresenter } from './present.ts';
import { RateLimiter } from './rate-limit.ts';
import { RequestCounters } from './request-counters.ts';
import { sandboxRoutes } from './sandbox-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { serve } from './serve.ts';
import type { KnowledgeAccess, ProviderAccess, ShopAccess, Simulation } from './simulation.ts';
import { ticketChangeRoutes } from './ticket-change-routes.ts';
import { ticketRoutes } from './ticket-routes.ts';
import { Triggers } from './triggers.ts';
import { webhookRoutes } from './webhook-routes.ts';
import { Webhooks } from './webhooks.ts';
import { workspaceHandler } from './workspace/routes.ts';
import type { WorkspaceAgent } from './workspace/routes.ts';

/** How a simulated account is started. Port 0 takes any free one; the folder keeps secret and keys across starts. */
export type ZendeskSimulatorOptions = {
  readonly port: number;
  readonly content?: AccountContent;
  readonly subdomain?: string;
  /** Address of the sidebar page that the desk opens with a signed token. */
  readonly sidebarUrl: string;
  readonly dataDirectory?: string;
  /** What the desk's top strip says about the model that answers. */
  readonly modelLabel?: () => string;
  /** Told to the program that connects, so that it finds both simulators at one address. */
  readonly provider?: ProviderAccess;
  /** Told likewise. */
  readonly knowledge?: KnowledgeAccess;
  /** Told likewise; the program gives its pages the chat. */
  readonly shop?: ShopAccess;
  /** Called when the desk switches a ready-made fault on, or `off`; for the providers' simulator. */
  readonly onFaultPreset?: (preset: string) => void | Promise<void>;
};

/** A running simulated account; `account` and `faults` are for tests in the same process. */
export type ZendeskSimulator = {
  readonly url: string;
  readonly port: number;
  readonly account: Account;
  readonly faults: FaultSwitch;
  readonly close: () => Promise<void>;
};

const ACCOUNT_ID = 12_514_403;
const APP_ID = 910_001;
const INSTALLATION_ID = 910_101;

/** Starts a Zendesk account on 127.0.0.1. Rejects when content is missing or the port is taken. */
export async function startZendeskSimulator(options: ZendeskSimulatorOptions): Promise<ZendeskSimulator> {
  const subdomain = options.subdomain ?? 'indesk-demo';
  const content = options.content ?? (await loadDemoContent());
  const identity = await loadIdentity(options.dataDirectory);
  const account = new Account(content, subdomain);
  const server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The simulator has no port'));
      else resolve(address.port);
    });
  });
  const origin = `http://127.0.0.1:${port}`;
  const webhooks = new Webhooks(ACCOUNT_ID);
  const triggers = new Triggers(account, webhooks, ACCOUNT_ID);
  const simulation: Simulation = {
    account,
    origin,
    present: createPresenter(account, origin),
    oauth: new OAuth([
      { id: 1, identifier: 'indesk_sandbox', secret: identity.clientSecret, userId: SERVICE_USER_ID },
      { id: 2, identifier: 'indesk_sandbox_public', secret: null, userId: SERVICE_USER_ID },
      // A global client works in every account, so its secret is the same in each.
      { id: 3, identifier: 'zdg-indesk', secret: 'global-client-secret', userId: SERVICE_USER_ID },
    ]),
    consent: { answer: 'ask' },
    faults: new FaultSwitch(),
    limiter: new RateLimiter(),
    jobs: new Jobs(() => account.settings.jobDurationMilliseconds),
    webhooks,
    counters: new RequestCounters(),
    keys: identity,
    installation: { appId: APP_ID, installationId: INSTALLATION_ID, subdomain },
    sidebarUrl: options.sidebarUrl,
    modelLabel: options.modelLabel ?? (() => 'demo model (extractive)'),
    provider: options.provider ?? null,
    knowledge: options.knowledge ?? null,
    shop: options.shop ?? null,
    onFaultPreset: options.onFaultPreset ?? (() => undefined),
    idempotency: new Map(),
  };
  const answer = serve(simulation, allRoutes(simulation, triggers));
  const desk = workspaceHandler({
    subdomain,
    agents: () => deskAgents(account),
    app: { appId: APP_ID, installationId: INSTALLATION_ID, name: 'InDesk', version: '1.0.0', settings: {} },
  });
  server.on('request', (request, response) => {
    if (!desk(request, response)) void answer(request, response).catch(() => response.destroy());
  });
  return {
    url: origin,
    port,
    account,
    faults: simulation.faults,
    close: async () => {
      simulation.jobs.close();
      webhooks.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function allRoutes(simulation: Simulation, triggers: Triggers) {
  return [
    ...ticketRoutes(simulation),
    ...ticketChangeRoutes(simulation),
    ...commentRoutes(simulation),
    ...searchRoutes(simulation),
    ...macroRoutes(simulation),
    ...directoryRoutes(simulation),
    ...helpCenterRoutes(simulation),
    ...incrementalRoutes(simulation),
    ...oauthRoutes(simulation),
    ...webhookRoutes(simulation),
    ...triggers.routes(simulation),
    ...sandboxRoutes(simulation),
  ];
}

// The connection's own user is no one who sits at a desk.
function deskAgents(account: Account): WorkspaceAgent[] {
  return [...account.users.values()].flatMap((user): WorkspaceAgent[] => {
    if (user.role === 'end-user' || user.id === SERVICE_USER_ID) return [];
    const groups = user.groupIds
      .flatMap((id) => account.groups.get(id) ?? [])
      .map(({ id, name }) => ({ id, name }));
    return [{ id: user.id, name: user.name, email: user.email ?? '', role: user.role, groups }];
  });
}
