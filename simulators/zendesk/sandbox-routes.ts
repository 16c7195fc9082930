import { z } from 'zod';
import { ApiError, notFound } from './api-error.ts';
import { audienceOf, signSidebarToken } from './app-signing.ts';
import { buildTicket, viaOf } from './build-tickets.ts';
import { faultSchema } from './faults.ts';
import { toTimestamp } from './model.ts';
import { idAt, ok } from './simulation.ts';
import type {
  Answer,
  Call,
  KnowledgeAccess,
  ProviderAccess,
  Route,
  ShopAccess,
  Simulation,
} from './simulation.ts';

const limit = z.number().int().min(1).nullable().optional();
const settingsSchema = z.strictObject({
  searchLagMilliseconds: z.number().int().min(0).optional(),
  jobDurationMilliseconds: z.number().int().min(0).optional(),
  webhookMode: z.enum(['normal', 'duplicate', 'reorder', 'drop']).optional(),
  webhookTimeoutMilliseconds: z.number().int().min(1).optional(),
  limits: z
    .strictObject({
      requestsPerMinute: limit,
      helpCenterPerMinute: limit,
      updatesPerMinute: limit,
      updatesPerTicket: limit,
      searchExportPerMinute: limit,
      incrementalPerMinute: limit,
    })
    .optional(),
});

const newTicketSchema = z.strictObject({
  subject: z.string(),
  status: z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed']).default('open'),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).nullable().default(null),
  type: z.enum(['problem', 'incident', 'question', 'task']).nullable().default(null),
  /** An existing user's id, or a new end user. */
  requester: z
    .union([
      z.number().int(),
      z.strictObject({ name: z.string(), email: z.string(), phone: z.string().optional() }),
    ])
    .optional(),
  assignee: z.number().int().nullable().default(null),
  group: z.number().int().nullable().default(null),
  brand: z.number().int().optional(),
  tags: z.array(z.string()).default([]),
  external_id: z.string().optional(),
  from_messaging_channel: z.boolean().default(false),
  /** Runs triggers and event webhooks, as if a customer had just written. */
  announce: z.boolean().default(false),
  created_at: z.iso.datetime({ offset: true }).optional(),
  custom_fields: z
    .array(z.object({ id: z.number(), value: z.union([z.string(), z.number(), z.boolean(), z.null()]) }))
    .default([]),
  satisfaction: z.object({ score: z.string(), comment: z.string().nullish() }).nullish(),
  comments: z
    .array(
      z.strictObject({
        html: z.string(),
        public: z.boolean().default(true),
        author: z.number().int().optional(),
        created_at: z.iso.datetime({ offset: true }).optional(),
        attachments: z
          .array(z.object({ file_name: z.string(), content_type: z.string(), size: z.number() }))
          .default([]),
      }),
    )
    .min(1),
});

const macroSchema = z.strictObject({
  id: z.number().int().positive(),
  title: z.string(),
  description: z.string().nullable().default(null),
  active: z.boolean().default(true),
  actions: z.array(z.object({ field: z.string(), value: z.union([z.string(), z.array(z.string())]) })),
  restriction: z
    .object({ type: z.enum(['Group', 'User']), id: z.number(), ids: z.array(z.number()) })
    .nullable()
    .default(null),
  /** When it was made; now when left out. */
  created_at: z.iso.datetime({ offset: true }).optional(),
});

const newArticleSchema = z.strictObject({
  title: z.string(),
  body: z.string(),
  locale: z.string().default('en-us'),
  draft: z.boolean().default(false),
});

/** The sandbox's own controls, for tests, the desk page and the program that starts it; never part of Zendesk. */
export function sandboxRoutes(simulation: Simulation): Route[] {
  const own = { scope: '', open: true };
  const { faults, counters } = simulation;
  return [
    { ...own, method: 'GET', path: '/_sandbox/connection', handle: () => ok(connectionOf(simulation)) },
    { ...own, method: 'GET', path: '/_sandbox/model', handle: () => ok({ label: simulation.modelLabel() }) },
    {
      ...own,
      method: 'GET',
      path: '/_sandbox/faults',
      handle: () => ok({ preset: faults.preset, faults: faults.list() }),
    },
    { ...own, method: 'POST', path: '/_sandbox/faults', handle: (call) => addFault(simulation, call) },
    {
      ...own,
      method: 'DELETE',
      path: '/_sandbox/faults',
      handle: async () => {
        faults.clear();
        await simulation.onFaultPreset('off');
        return { status: 204 };
      },
    },
    { ...own, method: 'GET', path: '/_sandbox/requests', handle: () => ok(counters.show()) },
    {
      ...own,
      method: 'DELETE',
      path: '/_sandbox/requests',
      handle: () => {
        counters.reset();
        return { status: 204 };
      },
    },
    {
      ...own,
      method: 'POST',
      path: '/_sandbox/settings',
      handle: (call) => changeSettings(simulation, call),
    },
    {
      ...own,
      method: 'POST',
      path: '/_sandbox/expire-tokens',
      handle: () => {
        simulation.oauth.expireAll();
        return { status: 204 };
      },
    },
    {
      ...own,
      method: 'GET',
      path: '/_sandbox/oauth',
      handle: () => ok({ grants: simulation.oauth.counts, liveTokens: simulation.oauth.liveTokens }),
    },
    { ...own, method: 'POST', path: '/_sandbox/oauth', handle: (call) => changeOAuth(simulation, call) },
    {
      ...own,
      method: 'GET',
      path: '/_sandbox/oauth/issued',
      handle: () => ok({ issued: simulation.oauth.issued }),
    },
    { ...own, method: 'POST', path: '/_sandbox/macros', handle: (call) => putMacro(simulation, call) },
    {
      ...own,
      method: 'DELETE',
      path: '/_sandbox/macros/:id',
      handle: (call) => {
        simulation.account.macros.delete(idAt(call, 0));
        return { status: 204 };
      },
    },
    { ...own, method: 'POST', path: '/_sandbox/articles', handle: (call) => addArticle(simulation, call) },
    { ...own, method: 'POST', path: '/_sandbox/tickets', handle: (call) => addTicket(simulation, call) },
    { ...own, method: 'POST', path: '/_sandbox/sign', handle: (call) => sign(simulation, call) },
    { ...own, method: 'GET', path: '/_sandbox/shop', handle: () => ok(shopOf(simulation).about) },
    {
      ...own,
      method: 'POST',
      path: '/_sandbox/shop/widget',
      handle: (call) => {
        shopOf(simulation).setWidget(parse(widgetSchema, call).html);
        return { status: 204 };
      },
    },
  ];
}

/** What a program needs to connect to this account. */
export type SandboxConnection = {
  readonly subdomain: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly publicClientId: string;
  readonly appId: number;
  readonly installationId: number;
  readonly audience: string;
  readonly publicKeyPem: string;
  readonly sidebarUrl: string;
  /** The AI provider to use beside this account, when one is simulated too. */
  readonly provider: ProviderAccess | null;
  /** The sites that knowledge is read from, likewise. */
  readonly knowledge: KnowledgeAccess | null;
};

function connectionOf(simulation: Simulation): SandboxConnection {
  const confidential = simulation.oauth.clients.find((client) => client.secret !== null);
  const open = simulation.oauth.clients.find((client) => client.secret === null);
  return {
    subdomain: simulation.account.subdomain,
    clientId: confidential?.identifier ?? '',
    clientSecret: confidential?.secret ?? '',
    publicClientId: open?.identifier ?? '',
    appId: simulation.installation.appId,
    installationId: simulation.installation.installationId,
    audience: audienceOf(simulation.installation),
    publicKeyPem: simulation.keys.publicKeyPem,
    sidebarUrl: simulation.sidebarUrl,
    provider: simulation.provider,
    knowledge: simulation.knowledge,
  };
}

const widgetSchema = z.object({ html: z.string().max(2_000) });

/** Throws 404 where there is no shop. */
function shopOf({ shop }: Simulation): ShopAccess {
  if (shop === null) throw notFound();
  return shop;
}

function parse<Schema extends z.ZodType>(schema: Schema, call: Call): z.output<Schema> {
  const parsed = schema.safeParse(call.body);
  if (parsed.success) return parsed.data;
  throw new ApiError(400, { error: 'InvalidSandboxRequest', description: z.prettifyError(parsed.error) });
}

async function addFault(simulation: Simulation, call: Call): Promise<Answer> {
  const fault = parse(faultSchema, call);
  if ('preset' in fault) {
    simulation.faults.usePreset(fault.preset);
    await simulation.onFaultPreset(fault.preset);
  } else simulation.faults.add(fault);
  return { status: 201, body: { preset: simulation.faults.preset, faults: simulation.faults.list() } };
}

function changeSettings(simulation: Simulation, call: Call): Answer {
  const { limits, webhookMode, webhookTimeoutMilliseconds, searchLagMilliseconds, jobDurationMilliseconds } =
    parse(settingsSchema, call);
  const { settings } = simulation.account;
  settings.searchLagMilliseconds = searchLagMilliseconds ?? settings.searchLagMilliseconds;
  settings.jobDurationMilliseconds = jobDurationMilliseconds ?? settings.jobDurationMilliseconds;
  if (webhookMode !== undefined) {
    simulation.webhooks.mode = webhookMode;
    simulation.webhooks.release();
  }
  if (webhookTimeoutMilliseconds !== undefined)
    simulation.webhooks.timeoutMilliseconds = webhookTimeoutMilliseconds;
  for (const [name, value] of Object.entries(limits ?? {})) {
    if (value !== undefined) Object.assign(simulation.limiter.limits, { [name]: value });
  }
  if (limits !== undefined) simulation.limiter.reset();
  return ok({ ...settings, webhookMode: simulation.webhooks.mode, limits: simulation.limiter.limits });
}

const oauthSchema = z.strictObject({
  consent: z.enum(['ask', 'allow', 'deny']).optional(),
  scopeLimit: z.array(z.string()).nullable().optional(),
  resetCounts: z.boolean().default(false),
});

function changeOAuth(simulation: Simulation, call: Call): Answer {
  const { consent, scopeLimit, resetCounts } = parse(oauthSchema, call);
  if (consent !== undefined) simulation.consent.answer = consent;
  if (scopeLimit !== undefined) simulation.oauth.scopeLimit = scopeLimit;
  if (resetCounts) simulation.oauth.counts = {};
  return { status: 204 };
}

/** Adds a macro, or changes the one of this id. */
function putMacro(simulation: Simulation, call: Call): Answer {
  const { created_at: createdAt, ...input } = parse(macroSchema, call);
  const { macros } = simulation.account;
  const known = macros.get(input.id);
  const now = toTimestamp(Date.now());
  macros.set(input.id, {
    position: macros.size,
    usedAt: [],
    ...known,
    ...input,
    createdAt: createdAt ?? known?.createdAt ?? now,
    updatedAt: createdAt ?? now,
  });
  return ok({ macro: { id: input.id } });
}

/** Publishes a Help Center article in the section of the first one. */
function addArticle(simulation: Simulation, call: Call): Answer {
  const input = parse(newArticleSchema, call);
  const { articles } = simulation.account;
  const [first] = articles.values();
  const id = Math.max(600, ...articles.keys()) + 1;
  const now = toTimestamp(Date.now());
  articles.set(id, {
    ...input,
    id,
    section: first?.section ?? 'Help',
    sectionId: first?.sectionId ?? 6_001,
    labels: [],
    userSegmentId: null,
    createdAt: now,
    updatedAt: now,
  });
  return { status: 201, body: { article: { id } } };
}

function addTicket(simulation: Simulation, call: Call): Answer {
  const input = parse(newTicketSchema, call);
  const { account } = simulation;
  const customer = [...account.users.values()].find((user) => user.role === 'end-user');
  const requester =
    requesterOf(simulation, input.requester) ??
    customer?.id ??
    account.addEndUser('Sandbox Customer', 'customer@example.com').id;
  const people = [requester, input.assignee, ...input.comments.map((comment) => comment.author ?? requester)];
  const stranger = people.find((id) => id !== null && !account.users.has(id));
  if (stranger !== undefined)
    throw new ApiError(400, {
      error: 'InvalidSandboxRequest',
      description: `There is no user ${String(stranger)}.`,
    });
  const now = Date.now();
  const start = input.created_at ?? toTimestamp(now - input.comments.length * 60_000);
  const { from_messaging_channel: fromMessagingChannel, announce, ...content } = input;
  const ticket = buildTicket(account, {
    ...content,
    id: account.nextTicketId(),
    requester,
    created_at: start,
    comments: input.comments.map((comment, position) => ({
      ...comment,
      author: comment.author ?? requester,
      created_at: comment.created_at ?? toTimestamp(Date.parse(start) + position * 60_000),
    })),
  });
  ticket.fromMessagingChannel = fromMessagingChannel;
  if (fromMessagingChannel) ticket.via = viaOf('native_messaging');
  account.addTicket(ticket);
  if (announce) account.announce(ticket, ticket.audits[0]?.id ?? 0, true);
  return { status: 201, body: { id: ticket.id, ticket: simulation.present.ticket(ticket) } };
}

function requesterOf(
  { account }: Simulation,
  wanted: z.output<typeof newTicketSchema>['requester'],
): number | undefined {
  if (typeof wanted !== 'object') return wanted;
  const user = account.addEndUser(wanted.name, wanted.email);
  user.phone = wanted.phone ?? null;
  return user.id;
}

const signSchema = z.strictObject({ ticketId: z.number().int(), agentId: z.number().int() });

async function sign(simulation: Simulation, call: Call): Promise<Answer> {
  const { ticketId, agentId } = parse(signSchema, call);
  const agent = simulation.account.users.get(agentId);
  if (agent === undefined || agent.role === 'end-user') {
    throw new ApiError(400, { error: 'InvalidSandboxRequest', description: `There is no agent ${agentId}.` });
  }
  const queryString = new URL(simulation.sidebarUrl).search.slice(1);
  const token = await signSidebarToken(simulation.keys, simulation.installation, {
    userId: agentId,
    ticketId,
    queryString,
  });
  return ok({ token, url: simulation.sidebarUrl });
}
