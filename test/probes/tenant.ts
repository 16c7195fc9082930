import { createAppKeys, signSidebarToken } from '../../simulators/zendesk/app-signing.ts';
import { addAiAgent, visit } from './ai-agents.ts';
import { addKnowledge } from './knowledge.ts';
import { addTriageChange } from './triage.ts';
import { mergeTickets, rehearseMerge } from './merges.ts';
import { features } from '../../src/copilot/features/index.ts';
import { addProvider } from '../../src/services/integrations/add-provider.ts';
import { beginZendeskAuthorization } from '../../src/services/integrations/begin-zendesk-authorization.ts';
import { connectConfluence } from '../../src/services/integrations/connect-confluence.ts';
import { connectZendesk } from '../../src/services/integrations/connect-zendesk.ts';
import { updateProvider } from '../../src/services/integrations/update-provider.ts';
import { requestEmailChange } from '../../src/services/links/change-email.ts';
import { invitePerson } from '../../src/services/links/invite-person.ts';
import { setSecondFactorRule } from '../../src/services/mfa/set-second-factor-rule.ts';
import { secondFactors } from '../../src/services/mfa/second-factors.ts';
import { setFeatureSwitch } from '../../src/services/settings/set-feature-switch.ts';
import { createSubscription } from '../../src/services/subscriptions/create-subscription.ts';
import { hashKey } from '../../src/services/subscriptions/subscription-key.ts';
import { insertInstallation } from '../../src/services/subscriptions/subscription-queries.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import { nextAddress } from './client.ts';
import type { Values } from './kinds.ts';
import {
  addPerson,
  addSecondFactor,
  beginSession,
  callIn,
  decision,
  openLinkFor,
  type Person,
} from './people.ts';
import { plausible, shapeOf, withValue } from './samples.ts';
import { addTicket } from './tickets.ts';
import type { Upstream, World } from './world.ts';

/** A subscription filled with everything there is. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  /** Where its people have their mail. */
  readonly domain: string;
  readonly password: string;
  readonly upstream: Upstream;
  readonly values: Values;
  /** A session of the sidebar, signed in over HTTP. */
  agentSession(userId?: number): Promise<string>;
  /** What Zendesk signs for an agent of the subscription; good once. */
  signedToken(): Promise<string>;
  newPerson(role: 'admin' | 'member'): Promise<Person>;
}

/** Fills a subscription; `mark` gives each channel a text that stands in nothing else. */
export async function fillTenant(
  world: World,
  {
    label,
    upstream,
    password,
    mark,
  }: {
    readonly label: string;
    readonly upstream: Upstream;
    readonly password: string;
    readonly mark: (channel: string, forOperators?: boolean) => string;
  },
): Promise<Tenant> {
  const name = `${label} ${mark('name', true)}`;
  const domain = `${mark('mail domain').toLowerCase()}.example`;
  const made = await createSubscription(callIn(world, platformSubscriptionId), {
    name,
    plan: mark('plan', true),
    tier: mark('tier', true),
    contactEmail: `contact@${mark('contact', true).toLowerCase()}.example`,
    limits: { requests: 100_000, tokens: null, seats: null, aiAgents: null },
  });
  const { id } = made;
  const call = callIn(world, id);
  const newPerson: Tenant['newPerson'] = (role) => addPerson(world, id, { role, domain, password });
  const [admin, person] = [await newPerson('admin'), await newPerson('member')];
  const session = await beginSession(world, id, person);
  const adminSession = await beginSession(world, id, admin);
  await addSecondFactor(world, id, person, session.sessionId);
  await setSecondFactorRule(call, false);
  const challenge = await secondFactors.challenge(call, person.id);
  await invitePerson(call, { email: `invited@${domain}`, role: 'member', language: 'de' });
  const linkToken = await openLinkFor(world, id, person.id, 'reset');
  await requestEmailChange(call, admin.id, `other@${domain}`);
  const installation = await connectTenant(world, id, upstream);
  await connectConfluence(call, confluenceLogin(world));
  const provider = await addProvider(call, {
    kind: 'openai-compatible',
    label: mark('provider name'),
    model: 'indesk-demo',
    baseUrl: `${upstream.provider.url}/compatible/v1`,
    apiKey: `sk-demo-${mark('provider key')}`,
    demo: true,
    contextWindow: 32_000,
  });
  const spare = await addProvider(call, {
    kind: 'openai-compatible',
    label: `Spare ${mark('second provider')}`,
    model: mark('model'),
    baseUrl: `${upstream.provider.url}/compatible/v1`,
    apiKey: `sk-sim.n=3.${mark('second key')}`,
  });
  await setDefault(world, id, provider.id);
  const { url } = await beginZendeskAuthorization(
    call,
    world.context.zendeskClients,
    { accountId: admin.id, sessionId: adminSession.sessionId, browser: 'b'.repeat(43) },
    { subdomain: upstream.subdomain },
  );
  for (const feature of features) await setFeatureSwitch(call, feature.name, true);
  world.context.settings.forget(id);
  const ticket = await addTicket(upstream, mark);
  const aiAgent = await addAiAgent(world, id, mark);
  const conversation = await visit(world, id, aiAgent.widgetKey);
  const tenant: Tenant = {
    id,
    name,
    domain,
    password,
    upstream,
    newPerson,
    signedToken: () => sign(installation, ticket.id),
    agentSession: (userId) => signInAgent(world, installation, ticket.id, userId),
    values: {
      subscription: id,
      subscriptionName: name,
      account: person.id,
      session: session.sessionId,
      provider: spare.id,
      email: person.email,
      ticket: ticket.id,
      comment: ticket.comment,
      adminToken: plausible.adminToken,
      // Of secrets, what is stored: whoever had the secret itself would be its owner.
      linkToken: stored(linkToken),
      challenge: stored(challenge?.token ?? ''),
      subscriptionKey: hashKey(made.key),
      signedToken: await signedWithoutRight(installation),
      zendeskState: stored(new URL(url).searchParams.get('state') ?? ''),
      subdomain: upstream.subdomain,
      clientId: 'zdg-indesk',
      app: installation.appId,
      installation: installation.installationId,
      providerAddress: `${upstream.provider.url}/compatible/v1`,
      macro: [...upstream.zendesk.account.macros.keys()][0] ?? plausible.macro,
      mergeJob: plausible.mergeJob,
      mergeConfirmation: plausible.mergeConfirmation,
      triageChange: await addTriageChange(world, id, ticket.id),
      webhookKey: stored(mark('webhook')),
      receipt: plausible.receipt,
      budget: plausible.budget,
      ...(await addKnowledge(world, id, mark)),
      aiAgent: aiAgent.id,
      question: aiAgent.question,
      testRun: aiAgent.testRun,
      widgetKey: aiAgent.widgetKey,
      chatSession: conversation.session,
      chatHistory: conversation.history,
    },
  };
  await useEveryFeature(world, tenant);
  const mergeJob = await mergeTickets(world, tenant, await rehearseMerge(world, tenant));
  const mergeConfirmation = await rehearseMerge(world, tenant);
  return { ...tenant, values: { ...tenant.values, mergeJob, mergeConfirmation } };
}

/** An API token that works at the simulated Confluence. */
export function confluenceLogin({ confluence }: World) {
  const { siteUrl, email, apiToken } = confluence.simulation;
  return { site: siteUrl, email, apiToken };
}

const stored = (secret: string): string => hashKey(secret).slice(0, 43);

interface Installation {
  readonly keys: Awaited<ReturnType<typeof createAppKeys>>;
  readonly subdomain: string;
  readonly appId: number;
  readonly installationId: number;
}
let installations = 700_000;

/** Connects Zendesk by client credentials, and an installation of the sidebar app with keys of the probe's own. */
export async function connectTenant(world: World, id: string, upstream: Upstream): Promise<Installation> {
  const response = await fetch(`${upstream.zendesk.url}/_sandbox/connection`);
  const { clientId, clientSecret } = (await response.json()) as Record<string, string>;
  await connectZendesk(callIn(world, id), {
    subdomain: upstream.subdomain,
    clientId: clientId ?? '',
    clientSecret: clientSecret ?? '',
  });
  installations += 1;
  const { subdomain } = upstream;
  const installation = {
    keys: await createAppKeys(),
    subdomain,
    appId: 910_001,
    installationId: installations,
  };
  await world.ports.database.write(callIn(world, id), decision, (tx) =>
    insertInstallation(tx, id, {
      id: world.ports.ids.next(),
      audience: `https://${subdomain}.zendesk.com/api/v2/apps/installations/${installation.installationId}.json`,
      issuer: `${subdomain}.zendesk.com`,
      publicKeyPem: installation.keys.publicKeyPem,
    }),
  );
  world.context.settings.forget(id);
  return installation;
}

/** Of the simulated people, who is an agent and who an admin at Zendesk. */
export const zendeskPeople = { agent: 9001, admin: 9002 } as const;

const sign = (
  installation: Installation,
  ticketId: number,
  userId: number = zendeskPeople.agent,
): Promise<string> =>
  signSidebarToken(installation.keys, installation, { userId, ticketId, queryString: '' });

/** Names an installation of the subscription, signed by somebody else. */
async function signedWithoutRight(installation: Installation): Promise<string> {
  return sign({ ...installation, keys: await createAppKeys() }, 1);
}

async function signInAgent(
  world: World,
  installation: Installation,
  ticketId: number,
  userId?: number,
): Promise<string> {
  const response = await fetch(`${world.url}/sidebar`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': nextAddress() },
    body: new URLSearchParams({ token: await sign(installation, ticketId, userId) }),
  });
  const session = /<meta name="indesk-session" content="([^"]+)">/.exec(await response.text())?.[1];
  if (session === undefined) throw new Error(`No session of the sidebar: ${response.status}`);
  return session;
}

async function setDefault(world: World, id: string, providerId: string): Promise<void> {
  await updateProvider(callIn(world, id), providerId, { isDefault: true });
}

/** Receipts, usage and quota come from calls alone. */
async function useEveryFeature(world: World, tenant: Tenant): Promise<void> {
  const token = await tenant.agentSession();
  for (const { name, input } of features) {
    const route = `POST /v1/copilot/:feature`;
    const body = shapeOf(route, input).sample((kind) => tenant.values[kind]);
    const response = await fetch(`${world.url}/v1/copilot/${name}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify(withValue(body, ['ticketId'], tenant.values.ticket)),
    });
    // A feature that fails is told by its control.
    await response.text();
  }
}
