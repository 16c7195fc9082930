import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectConfluence } from '../../src/services/integrations/connect-confluence.ts';
import { connectZendesk } from '../../src/services/integrations/connect-zendesk.ts';
import { requestEmailChange } from '../../src/services/links/change-email.ts';
import { invitePerson } from '../../src/services/links/invite-person.ts';
import { openLinkId, setLinkToken } from '../../src/services/links/link-queries.ts';
import { hashToken, makeLinkToken } from '../../src/services/links/link-token.ts';
import { secondFactors } from '../../src/services/mfa/second-factors.ts';
import { changeLeadSetting } from '../../src/services/settings/change-lead-settings.ts';
import { holdSubscription } from '../../src/services/subscriptions/hold-subscription.ts';
import { insertInstallation } from '../../src/services/subscriptions/subscription-queries.ts';
import { suspendSubscription } from '../../src/services/subscriptions/suspend-subscription.ts';
import type { LinkKind } from '../../src/contract/links.ts';
import { answerAt } from '../support/zendesk-oauth.ts';
import { visit, widgetOrigin } from './ai-agents.ts';
import type { Values } from './kinds.ts';
import { uploadOf } from './knowledge.ts';
import {
  addPerson,
  addSecondFactor,
  beginFactor,
  beginSession,
  callIn,
  decision,
  openLinkFor,
  type Person,
} from './people.ts';
import { unique } from './samples.ts';
import { newTickets, rehearseMerge } from './merges.ts';
import { confluenceLogin, connectTenant, zendeskPeople, type Tenant } from './tenant.ts';
import { addTicket } from './tickets.ts';
import { throwawaySubscription } from './throwaways.ts';
import type { World } from './world.ts';

/** What a request needs beside what its schema and its caller's own values give. */
export interface Prepared {
  readonly values?: Partial<Values>;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly credentials?: Readonly<Record<string, string>>;
}
interface Tools {
  readonly world: World;
  readonly tenant: Tenant;
}
type Prepare = (tools: Tools) => Promise<Prepared>;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function signedIn({ world, tenant }: Tools): Promise<{
  readonly person: Person;
  readonly session: Awaited<ReturnType<typeof beginSession>>;
}> {
  const person = await tenant.newPerson('admin');
  return { person, session: await beginSession(world, tenant.id, person) };
}

async function withFactor(tools: Tools) {
  const { person, session } = await signedIn(tools);
  const { nextCode } = await addSecondFactor(tools.world, tools.tenant.id, person, session.sessionId);
  return { person, session, nextCode };
}

const withCookie: Prepare = async (tools) => {
  const { session } = await signedIn(tools);
  return { credentials: { cookie: `rt=${session.refreshToken}` } };
};

const ofFactor: Prepare = async (tools) => {
  const { session } = await withFactor(tools);
  return { credentials: bearer(session.accessToken) };
};

const byLink =
  (kind: LinkKind): Prepare =>
  async ({ world, tenant }) => {
    const person = await tenant.newPerson('member');
    return { values: { linkToken: await openLinkFor(world, tenant.id, person.id, kind) } };
  };

const invited: (tools: Tools) => Promise<string> = async ({ world, tenant }) => {
  const call = callIn(world, tenant.id);
  await invitePerson(call, { email: `invited-${unique()}@${tenant.domain}`, role: 'member', language: 'en' });
  const rows = await world.ports.database.read(call, (tx) =>
    tx.selectFrom('app.account').select('id').where('status', '=', 'invited').orderBy('id', 'desc').execute(),
  );
  return rows[0]?.id ?? '';
};

/** A number field for scores, and a new ticket to write one to. */
const scored: Prepare = async ({ world, tenant }) => {
  const scorecard = { lines: [], writeScoreTo: { kind: 'number', fieldId: 360_005 } };
  await changeLeadSetting(callIn(world, tenant.id), world.context.settings, 'scorecard', scorecard);
  const { id } = await addTicket(tenant.upstream, String);
  return { body: { ticketId: id, score: 80 } };
};

/** A throw-away subscription in a state. */
const inState =
  (change: (world: World, id: string) => Promise<void>): Prepare =>
  async ({ world }) => {
    const { id } = await throwawaySubscription(world);
    await change(world, id);
    return { values: { subscription: id } };
  };

async function connectionOf({ upstream }: Tenant) {
  const response = await fetch(`${upstream.zendesk.url}/_sandbox/connection`);
  const { subdomain, clientId, clientSecret } = (await response.json()) as Record<string, string>;
  return { subdomain: subdomain ?? '', clientId: clientId ?? '', clientSecret: clientSecret ?? '' };
}

/** A visitor's own conversation; the request is made with its session. */
const visiting =
  (body: object): Prepare =>
  async ({ world, tenant }) => {
    const { session, history } = await visit(world, tenant.id, String(tenant.values.widgetKey));
    return { body: { ...body, history }, credentials: bearer(session) };
  };

/** What control requests need at routes whose schema does not say it. A route that needs more than it says fails its control until it stands here. */
export const preparations: Readonly<Record<string, Prepare>> = {
  'POST /v1/bootstrap': async ({ world }) => ({
    body: {
      code: world.bootstrapCode,
      email: 'first@operators.example',
      password: 'violet kettle seventeen',
    },
  }),
  'POST /v1/auth/sign-in': async ({ tenant }) => ({
    body: { email: (await tenant.newPerson('member')).email, password: tenant.password },
  }),
  'POST /v1/auth/refresh': withCookie,
  'POST /v1/auth/logout': withCookie,
  'POST /v1/auth/code': async (tools) => {
    const { person, nextCode } = await withFactor(tools);
    const challenge = await secondFactors.challenge(callIn(tools.world, tools.tenant.id), person.id);
    return { body: { challenge: challenge?.token, code: nextCode() } };
  },
  'POST /v1/auth/prove': async ({ tenant }) => ({ body: { password: tenant.password } }),
  'POST /v1/account/password': async ({ tenant }) => ({
    body: { currentPassword: tenant.password, newPassword: 'copper lantern forty-two' },
  }),
  'DELETE /v1/account/sessions/:sessionId': async (tools) => {
    const { person, session } = await signedIn(tools);
    const other = await beginSession(tools.world, tools.tenant.id, person);
    return { values: { session: other.sessionId }, credentials: bearer(session.accessToken) };
  },
  'POST /v1/account/second-factor/confirm': async (tools) => {
    const { person, session } = await signedIn(tools);
    const code = await beginFactor(tools.world, tools.tenant.id, person);
    return { body: { code }, credentials: bearer(session.accessToken) };
  },
  'DELETE /v1/account/second-factor': ofFactor,
  'POST /v1/account/recovery-codes': ofFactor,
  'DELETE /v1/people/:accountId/second-factor': async (tools) => ({
    values: { account: (await withFactor(tools)).person.id },
  }),
  'POST /v1/people/:accountId/invitation': async (tools) => ({ values: { account: await invited(tools) } }),
  'POST /v1/people/invitations': async ({ tenant }) => ({
    values: { email: `guest-${unique()}@${tenant.domain}` },
  }),
  'POST /v1/auth/link': byLink('reset'),
  'POST /v1/auth/reset': byLink('reset'),
  'POST /v1/auth/deletion': byLink('delete-account'),
  'POST /v1/auth/invitation': async (tools) => ({
    values: {
      linkToken: await openLinkFor(tools.world, tools.tenant.id, await invited(tools), 'invite'),
    },
  }),
  'POST /v1/auth/email': async ({ world, tenant }) => {
    const { id } = await tenant.newPerson('member');
    const call = callIn(world, tenant.id);
    await requestEmailChange(call, id, `moved-${unique()}@${tenant.domain}`);
    const linkToken = makeLinkToken();
    await world.ports.database.write(call, decision, async (tx) => {
      const link = await openLinkId(tx, id, 'change-email');
      await setLinkToken(tx, link ?? '', hashToken(linkToken));
    });
    return { values: { linkToken } };
  },
  'PUT /v1/integrations/zendesk': async ({ tenant }) => ({ body: await connectionOf(tenant) }),
  'DELETE /v1/integrations/zendesk': async ({ world, tenant }) => {
    const other = await throwawaySubscription(world);
    await connectTenant(world, other.id, tenant.upstream);
    return { credentials: await adminOf(world, other.id) };
  },
  'PUT /v1/integrations/confluence': async ({ world }) => ({ body: confluenceLogin(world) }),
  'POST /v1/integrations/confluence/authorize': async ({ world }) => ({
    body: { site: confluenceLogin(world).site },
  }),
  'DELETE /v1/integrations/confluence': async ({ world }) => {
    const other = await throwawaySubscription(world);
    await connectConfluence(callIn(world, other.id), confluenceLogin(world));
    return { credentials: await adminOf(world, other.id) };
  },
  'GET /oauth/confluence/callback': async ({ world }) => {
    const other = await throwawaySubscription(world);
    const response = await fetch(`${world.url}/v1/integrations/confluence/authorize`, {
      method: 'POST',
      headers: { ...(await adminOf(world, other.id)), 'content-type': 'application/json' },
      body: JSON.stringify({ site: confluenceLogin(world).site }),
    });
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { url } = (await response.json()) as { url: string };
    const page = await fetch(url, { redirect: 'manual' });
    const back = new URL(page.headers.get('location') ?? '');
    return { query: Object.fromEntries(back.searchParams), credentials: { cookie } };
  },
  'POST /v1/integrations/providers': async ({ tenant }) => ({
    body: {
      kind: 'openai-compatible',
      label: `Own ${unique()}`,
      model: 'sim-model',
      baseUrl: `${tenant.upstream.provider.url}/compatible/v1`,
      apiKey: 'sk-sim.n=3',
    },
  }),
  'GET /oauth/zendesk/callback': async ({ world, tenant }) => {
    const other = await throwawaySubscription(world);
    const response = await fetch(`${world.url}/v1/integrations/zendesk/authorize`, {
      method: 'POST',
      headers: { ...(await adminOf(world, other.id)), 'content-type': 'application/json' },
      body: JSON.stringify({ subdomain: tenant.upstream.subdomain }),
    });
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { url } = (await response.json()) as { url: string };
    const back = await answerAt(url);
    return { query: Object.fromEntries(back.searchParams), credentials: { cookie } };
  },
  'POST /sidebar': async ({ tenant }) => ({ body: { token: await tenant.signedToken() } }),
  'GET /sidebar/assets/:file': async () => ({
    parameters: { file: readdirSync(join(import.meta.dirname, '../../dist/web/assets'))[0] ?? '' },
  }),
  'POST /v1/install': async ({ world, tenant }) => {
    const { id, key } = await throwawaySubscription(world);
    await connectZendesk(callIn(world, id), await connectionOf(tenant));
    const response = await fetch(`${tenant.upstream.zendesk.url}/_sandbox/sign`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticketId: tenant.values.ticket, agentId: 9001 }),
    });
    const { token } = (await response.json()) as { token: string };
    return { body: { key, token, appId: 910_001 } };
  },
  'POST /v1/copilot/:feature/try': async ({ tenant }) => ({
    credentials: bearer(await tenant.agentSession(zendeskPeople.admin)),
  }),
  'POST /v1/sidebar/merges/rehearsal': async ({ tenant }) => ({ body: await newTickets(tenant) }),
  'POST /v1/sidebar/merges': async ({ world, tenant }) => ({
    values: { mergeConfirmation: await rehearseMerge(world, tenant) },
  }),
  'POST /v1/sidebar/problem-links': async ({ tenant }) => {
    const { id } = await addTicket(tenant.upstream, String, { type: 'problem' });
    return { body: { ticketId: tenant.values.ticket, problemId: id } };
  },
  'POST /v1/sidebar/quality-scores/preview': scored,
  'POST /v1/sidebar/quality-scores': async (tools) => {
    const { body } = await scored(tools);
    const { ticketId } = body as { ticketId: number };
    const updatedAt = tools.tenant.upstream.zendesk.account.tickets.get(ticketId)?.updatedAt;
    return { body: { ...(body as object), updatedAt } };
  },
  'GET /console/assets/:file': async () => ({
    parameters: { file: readdirSync(join(import.meta.dirname, '../../dist/web/console/assets'))[0] ?? '' },
  }),
  'GET /widget/frame/:agentKey': async ({ tenant }) => ({ query: { page: widgetOrigin(tenant.id) } }),
  'GET /widget/assets/:file': async () => ({
    parameters: { file: readdirSync(join(import.meta.dirname, '../../dist/web/widget/assets'))[0] ?? '' },
  }),
  'GET /v1/chat/:agentKey/look': async ({ tenant }) => ({
    credentials: { origin: widgetOrigin(tenant.id) },
  }),
  'POST /v1/chat/:agentKey/sessions': async ({ tenant }) => ({
    body: {},
    credentials: { origin: widgetOrigin(tenant.id) },
  }),
  'POST /v1/chat/:agentKey/turns': visiting({ message: 'When does my parcel arrive?' }),
  'POST /v1/chat/:agentKey/hand-off': visiting({}),
  'POST /v1/chat/:agentKey/end': visiting({}),
  'POST /v1/chat/:agentKey/feedback': async (tools) => {
    const { credentials } = await visiting({})(tools);
    return { body: { turn: 1, verdict: 'up' }, ...(credentials !== undefined && { credentials }) };
  },
  'POST /v1/knowledge/sources': async () => ({
    body: {
      aiAgentId: null,
      inCopilot: true,
      internal: true,
      name: 'Own',
      settings: { kind: 'snippets' },
    },
  }),
  'PATCH /v1/knowledge/sources/:sourceId': async () => ({ body: { name: 'Renamed' } }),
  'POST /v1/knowledge/sources/:sourceId/files': async ({ world, tenant }) => {
    const { body, type } = await uploadOf('probe.txt', 'Text of a probe.');
    const admin = await tenant.newPerson('admin');
    const { accessToken } = await beginSession(world, tenant.id, admin);
    return { body, credentials: { ...bearer(accessToken), 'content-type': type } };
  },
  'POST /v1/ai-agents/:aiAgentId/versions/:version/trials': async () => ({
    parameters: { version: '1' },
    body: { messages: [{ from: 'visitor', text: 'When does my parcel arrive?' }] },
  }),
  'POST /v1/ai-agents/:aiAgentId/test-runs': async () => ({ body: { version: 1 } }),
  // Stopping them would end what the other requests are about.
  'PUT /v1/ai-agents-stop': async () => ({ body: { stopped: false } }),
  'PUT /v1/operator/ai-agents-stop': async () => ({ body: { stopped: false } }),
  'PATCH /v1/ai-agents/:aiAgentId': async () => ({ body: { status: 'off' } }),
  'PATCH /v1/operator/subscriptions/:id': async () => ({ body: { tier: 'large' } }),
  'POST /v1/operator/subscriptions/:id/resume': inState((world, id) =>
    suspendSubscription(callIn(world, id), world.context.settings),
  ),
  'DELETE /v1/operator/subscriptions/:id/hold': inState((world, id) =>
    holdSubscription(callIn(world, id), world.context.settings, 'case 1'),
  ),
  'DELETE /v1/operator/subscriptions/:id/installation': inState((world, id) =>
    world.ports.database.write(callIn(world, id), decision, (tx) =>
      insertInstallation(tx, id, {
        id: world.ports.ids.next(),
        audience: `https://x.zendesk.com/${id}`,
        issuer: 'x.zendesk.com',
        publicKeyPem: 'pem',
      }),
    ),
  ),
};

/** Routes at which no request of ours can succeed, and why. */
export const withoutControl: Readonly<Record<string, string>> = {
  'POST /v1/triage/changes/:changeId/undo': 'takes back only what an audit at Zendesk shows',
  'POST /v1/webhooks/zendesk/:webhookKey': 'takes only what Zendesk has signed, with a secret it keeps',
  'POST /v1/copilot/:feature/prompt triage-ticket': 'has a prompt only where neighbours leave a tie',
};

async function adminOf(world: World, subscriptionId: string): Promise<Readonly<Record<string, string>>> {
  const admin = await addPerson(world, subscriptionId, { role: 'admin', domain: 'other.example' });
  return bearer((await beginSession(world, subscriptionId, admin)).accessToken);
}
