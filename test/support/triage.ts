import { createHmac, randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { updateTicket } from '../../simulators/zendesk/change-ticket.ts';
import type { StoredAudit, StoredTicket } from '../../simulators/zendesk/model.ts';
import {
  startZendeskSimulator,
  type ZendeskSimulator,
} from '../../simulators/zendesk/start-zendesk-simulator.ts';
import { SMALL_CONTENT } from '../../simulators/zendesk/test-account.ts';
import type { RootKey } from '../../src/adapters/crypto/key-file.ts';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import { permissionsOf } from '../../src/contract/permissions.ts';
import { TriageRules } from '../../src/contract/triage.ts';
import type { Propose } from '../../src/copilot/triage/propose.ts';
import { triageTicket } from '../../src/copilot/triage/triage-ticket.ts';
import { anonymous, type Principal } from '../../src/http/authenticate.ts';
import type { HttpContext } from '../../src/http/context.ts';
import { Lifecycle } from '../../src/http/lifecycle.ts';
import { answerProblems } from '../../src/http/problems.ts';
import { addTriageRoutes } from '../../src/http/routes/triage-routes.ts';
import { Transient } from '../../src/kernel/transient.ts';
import type { ConnectedWebhook } from '../../src/ports/help-desk-changes.ts';
import type { HelpDesk } from '../../src/ports/help-desk.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { JobContext, JobTable } from '../../src/ports/job-queue.ts';
import { connectZendesk } from '../../src/services/integrations/connect-zendesk.ts';
import { zendeskReturnPath } from '../../src/services/integrations/zendesk-clients.ts';
import { freePort } from './free-port.ts';
import { silent } from './redis.ts';
import { newRootKey, openTestSecrets } from './secrets.ts';
import { newAdmin, zendeskParts } from './zendesk-oauth.ts';

/** What tickets of these tests are given: two certain fields and a tag, and a type that is less certain. */
export const proposal: Propose = async () =>
  Transient.of({
    values: [
      {
        field: 'priority',
        title: 'Priority',
        value: 'high',
        valueTitle: 'High',
        certainty: 95,
        band: 'high',
      },
      {
        field: 'custom_fields_360001',
        title: 'Contact reason',
        value: 'lost_parcel',
        valueTitle: 'Lost parcel',
        certainty: 91,
        band: 'high',
      },
      {
        field: 'type',
        title: 'Type',
        value: 'incident',
        valueTitle: 'Incident',
        certainty: 70,
        band: 'medium',
      },
    ],
    tags: [{ tag: 'parcel', certainty: 90, band: 'high' }],
  });

export const applyRules: TriageRules = TriageRules.parse({
  mode: 'apply',
  fields: ['priority', 'custom_fields_360001', 'type', 'tags'].map((field) => ({ field })),
  waitSeconds: 2,
});

/** A job table with triage alone. */
export const triageJobs = (
  parts: Pick<ReturnType<typeof zendeskParts>, 'settings'>,
  helpDesk: HelpDesk,
  between: Between,
): JobTable =>
  ({
    'triage.ticket': (context: JobContext, { ticketId }: { readonly ticketId: string }) => {
      const ofJob = between.proposeFor?.(context);
      return triageTicket(
        { ...context, ports: { ...context.ports, helpDesk } },
        {
          settings: parts.settings,
          propose: async (...asked) => {
            await between.deciding(Number(ticketId));
            return (ofJob ?? between.propose ?? proposal)(...asked);
          },
        },
        Number(ticketId),
      );
    },
  }) as unknown as JobTable;

/** What stands between the job and Zendesk in a test. */
export interface Between {
  /** The ticket has been read and nothing written yet. */
  deciding: (ticketId: number) => void | Promise<void>;
  /** Before and after each change that reaches Zendesk. */
  before: (ticketId: number) => void | Promise<void>;
  after: (ticketId: number) => void | Promise<void>;
  /** The proposal above when left out. */
  propose?: Propose | undefined;
  /** The same, made anew for each job. */
  proposeFor?: ((context: JobContext) => Propose) | undefined;
}

export const watched = (real: HelpDesk, between: Between): HelpDesk => ({
  ...real,
  changeTicket: async (call, ticketId, change) => {
    await between.before(ticketId);
    const changed = await real.changeTicket(call, ticketId, change);
    await between.after(ticketId);
    return changed;
  },
});

/** A webhook as Zendesk has it. */
export interface MadeWebhook extends ConnectedWebhook {
  readonly address: string;
}

/** The routes and jobs of triage in this process, on real HTTP between them and a simulated account. */
export async function openTriage(
  database: BookkeepingDatabase,
  options: { readonly rootKey?: RootKey; readonly works?: boolean } = {},
) {
  const { secretBox } = await openTestSecrets(database, options.rootKey ?? newRootKey());
  const zendesk = await startZendeskSimulator({
    port: 0,
    content: SMALL_CONTENT,
    subdomain: 'acme',
    sidebarUrl: 'http://127.0.0.1:1/',
  });
  await postJson(`${zendesk.url}/_sandbox/settings`, {
    limits: { requestsPerMinute: 100_000, updatesPerTicket: 1_000 },
  });
  const parts = zendeskParts({ database, secretBox, origins: { acme: zendesk.url } });
  const between: Between = { deciding: () => {}, before: () => {}, after: () => {} };
  const hooks: MadeWebhook[] = [];
  const helpDesk: HelpDesk = {
    ...watched(parts.ports.helpDesk, between),
    connectWebhook: async (call, wish) => {
      const made = await parts.ports.helpDesk.connectWebhook(call, wish);
      hooks.push({ ...made, address: wish.endpoint });
      return made;
    },
  };
  const outbox = createOutbox({
    database,
    ports: { ...parts.ports, helpDesk } as unknown as JobContext['ports'],
    clock: systemClock,
    logger: silent,
    pollMs: 100,
    retryDelaySeconds: () => 1,
  });
  const ports = {
    ...parts.ports,
    helpDesk,
    jobs: outbox,
    keyValues: createMemoryKeyValueStore(),
    rateLimiter: createMemoryRateLimiter(systemClock),
  } as unknown as HttpContext['ports'];
  let principal: Principal | undefined;
  const console_ = (): Principal => {
    if (principal === undefined) throw new Error('nobody has signed in');
    return principal;
  };
  const app: FastifyInstance = Fastify({ genReqId: () => uuidIds.next() });
  answerProblems(app, silent);
  // The address must be known before the routes are added.
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  addTriageRoutes(app, {
    ports,
    bookkeeping: database,
    settings: parts.settings,
    zendeskClients: { redirectUri: `${url}${zendeskReturnPath}`, globalClient: undefined },
    lifecycle: new Lifecycle(),
    requestsPerMinute: 1_000_000,
    authenticators: {
      public: anonymous,
      sidebar: console_,
      widget: console_,
      console: console_,
      operator: console_,
    },
  } as unknown as HttpContext);
  await app.listen({ host: '127.0.0.1', port });
  const stopJobs =
    options.works === false ? async () => {} : outbox.work(triageJobs(parts, helpDesk, between));

  const sandbox = (path: string, body: object) => postJson(`${zendesk.url}/_sandbox/${path}`, body);
  const accountAccess = async () =>
    (await (await fetch(`${zendesk.url}/_sandbox/connection`)).json()) as {
      readonly clientId: string;
      readonly clientSecret: string;
    };
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(method !== 'GET' && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body ?? {}),
      }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const must = async (method: string, path: string, body?: unknown) => {
    const answer = await ask(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body;
  };
  return {
    database,
    zendesk,
    parts,
    between,
    hooks,
    url,
    ask,
    must,
    /** Settings of the simulated account. */
    settings: (values: object) => sandbox('settings', values),
    faultAt: (match: string, fault: object) => sandbox('faults', { match, ...fault }),
    /** Calls a webhook by a trigger of the account's own. */
    addTrigger: async (webhookId: string, body: string, conditions: object): Promise<void> => {
      const { clientId, clientSecret } = await accountAccess();
      const granted = await postJson(`${zendesk.url}/oauth/tokens`, {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: 'read write',
      });
      const { access_token: token } = (await granted.json()) as { access_token: string };
      const trigger = {
        title: 'Of the account',
        active: true,
        conditions,
        actions: [{ field: 'notification_webhook', value: [webhookId, body] }],
      };
      const made = await postJson(
        `${zendesk.url}/api/v2/triggers`,
        { trigger },
        { authorization: `Bearer ${token}` },
      );
      if (made.status !== 201) throw new Error(`no trigger was made: ${made.status}`);
    },
    /** Goes on as an admin of a subscription made before. */
    signIn: (subscriptionId: string): void => {
      principal = { ...console_(), subscriptionId };
    },
    /** A subscription that is connected to the account, with an admin who is signed in from here on. */
    connect: async (): Promise<string> => {
      const admin = await newAdmin(database, secretBox);
      const { subscriptionId, accountId } = admin;
      const connection = await accountAccess();
      principal = {
        subscriptionId,
        actor: { kind: 'account', id: accountId },
        permissions: permissionsOf.admin,
        limitKey: accountId,
      };
      await connectZendesk(
        {
          subscriptionId,
          actor: principal.actor,
          requestId: randomUUID(),
          signal: new AbortController().signal,
          ports: parts.ports,
        },
        {
          subdomain: 'acme',
          clientId: connection.clientId,
          clientSecret: connection.clientSecret,
          scopes: 'read write',
        },
      );
      return subscriptionId;
    },
    close: async () => {
      await stopJobs();
      await app.close();
      await zendesk.close();
      await parts.close();
    },
  };
}
export type TriageTest = Awaited<ReturnType<typeof openTriage>>;

/** A new ticket of a customer; with `announce` the account's triggers fire. */
export async function newTicket(
  zendesk: ZendeskSimulator,
  { announce = true, words = 'My parcel never arrived.', ...more }: NewTicket = {},
): Promise<StoredTicket> {
  const response = await postJson(`${zendesk.url}/_sandbox/tickets`, {
    subject: 'Where is my parcel?',
    status: 'new',
    requester: 1,
    tags: ['web'],
    announce,
    comments: [{ html: `<p>${words}</p>` }],
    ...more,
  });
  const { id } = (await response.json()) as { id: number };
  return ticketOf(zendesk, id);
}

interface NewTicket extends Readonly<Record<string, unknown>> {
  readonly announce?: boolean;
  readonly words?: string;
}

export function ticketOf(zendesk: ZendeskSimulator, id: number): StoredTicket {
  const ticket = zendesk.account.tickets.get(id);
  if (ticket === undefined) throw new Error(`no ticket ${id}`);
  return ticket;
}

/** What a person changes in Zendesk. */
export function humanChanges(
  zendesk: ZendeskSimulator,
  ticket: StoredTicket,
  input: Record<string, unknown>,
) {
  const human = zendesk.account.users.get(9002);
  if (human === undefined) throw new Error('no such agent');
  return updateTicket(zendesk.account, ticket, input, human);
}

/** Our changes of a ticket, by the mark in Zendesk's own audits. */
export const ownAudits = (ticket: StoredTicket): readonly StoredAudit[] =>
  ticket.audits.filter(({ custom }) => typeof custom['indesk_delivery'] === 'string');

export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A delivery as Zendesk would sign it. */
export function sign(
  hook: Pick<ConnectedWebhook, 'webhookId'>,
  secret: string,
  ticketId: number,
  options: { readonly at?: Date; readonly event?: string; readonly invocation?: string } = {},
): SignedDelivery {
  const { at = new Date(), event = 'created', invocation = randomUUID() } = options;
  const body = JSON.stringify({ v: 1, event, ticket_id: String(ticketId) });
  const timestamp = at.toISOString();
  return {
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-zendesk-webhook-id': hook.webhookId,
      'x-zendesk-webhook-invocation-id': invocation,
      'x-zendesk-webhook-signature-timestamp': timestamp,
      'x-zendesk-webhook-signature': createHmac('sha256', secret)
        .update(timestamp + body)
        .digest('base64'),
    },
  };
}

export const send = (address: string, { headers, body }: SignedDelivery): Promise<number> =>
  fetch(address, { method: 'POST', headers, body }).then(async (response) => {
    await response.arrayBuffer();
    return response.status;
  });

const postJson = (url: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
