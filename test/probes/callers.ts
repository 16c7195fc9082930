import { createHmac, randomUUID } from 'node:crypto';
import type { AnyEndpoint } from '../../src/contract/endpoints.ts';
import type { Page } from '../../src/contract/pages.ts';
import { permissionsOf, roles, type Permission } from '../../src/contract/permissions.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import { noSecondFactors } from '../../src/services/accounts/mfa-gate.ts';
import { tokenScopes } from '../../src/services/operators/admin-tokens.ts';
import { ConsoleSessions } from '../../src/services/sessions/console-sessions.ts';
import { visit, widgetOrigin } from './ai-agents.ts';
import type { Answer } from './client.ts';
import { addPerson, beginSession, callIn } from './people.ts';
import { zendeskPeople, type Tenant } from './tenant.ts';
import type { World } from './world.ts';

/** What a caller must meet at a route, whatever they ask for. */
export type Admission = 'reaches' | 'unauthenticated' | 'forbidden' | 'step-up';

export interface Caller {
  readonly name: string;
  /** An operator sees some of what is marked. */
  readonly isOperator: boolean;
  /** Fresh credentials, because some requests end the session they are made with. */
  credentials(): Promise<Readonly<Record<string, string>>>;
  admission(declared: AnyEndpoint | Page): Admission;
}

type Standing = 'console' | 'operator' | 'sidebar' | 'zendesk-admin' | 'admin-token' | 'visitor' | 'nobody';

/** Addresses of the sidebar that only an admin at Zendesk may use, which Zendesk says and no permission of ours. */
const forAdminsAtZendesk: ReadonlySet<string> = new Set(['/v1/copilot/:feature/try']);

// The platform's permissions of a person are a session's; a token never passes for a fresh proof.
function admission(standing: Standing, allowed: ReadonlySet<Permission>): Caller['admission'] {
  return ({ audience, permission, path, ...declared }) => {
    if (audience === 'public') return 'reaches';
    // What is asked of a page is its origin, which every handler looks at.
    if (audience === 'widget')
      return standing === 'visitor' || /\/(?:sessions|look)$/.test(path) ? 'reaches' : 'unauthenticated';
    const isKnown =
      audience === 'sidebar'
        ? standing === 'sidebar' || standing === 'zendesk-admin'
        : audience === 'console'
          ? standing === 'console' || standing === 'operator'
          : standing === 'operator' || standing === 'admin-token';
    if (!isKnown) return 'unauthenticated';
    if ('permission' in permission && !allowed.has(permission.permission)) return 'forbidden';
    if (standing === 'sidebar' && forAdminsAtZendesk.has(path)) return 'forbidden';
    return 'stepUp' in declared && declared.stepUp === true && standing === 'admin-token'
      ? 'step-up'
      : 'reaches';
  };
}

const unauthenticated = new Set([
  'not-signed-in',
  'console-sign-in-needed',
  'session-expired',
  'chat-session-over',
]);

/** What an answer says of admission. */
export function admissionOf({ status, problem }: Answer): Admission {
  if (status === 401 && problem !== undefined && unauthenticated.has(problem)) return 'unauthenticated';
  if (problem === 'step-up-needed') return 'step-up';
  return problem === 'forbidden' || problem === 'second-factor-required' ? 'forbidden' : 'reaches';
}

const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });
const none: ReadonlySet<Permission> = new Set();
const nobody = admission('nobody', none);

/** Everybody who may try something on another subscription; `a` is theirs. */
export async function openCallers(world: World, a: Tenant): Promise<readonly Caller[]> {
  const { adminTokens, consoleSessions } = world.context;
  const call = callIn(world, platformSubscriptionId);
  const person = async (role: 'admin' | 'member' | 'operator') => {
    const at = role === 'operator' ? platformSubscriptionId : a.id;
    const made = await addPerson(world, at, { role, domain: `${role}.example`, password: a.password });
    return bearer((await beginSession(world, at, made)).accessToken);
  };
  const token = async (scopes: readonly Permission[]) =>
    adminTokens.create(call, { label: 'Probe', scopes: [...scopes], expiresInDays: 1 });
  const whole = await token(tokenScopes);
  const narrow = await token(['audit:read']);
  const revoked = await token(tokenScopes);
  await adminTokens.revoke(call, revoked.id);
  const ended = await addPerson(world, a.id, {
    role: 'admin',
    domain: 'ended.example',
    password: a.password,
  });
  const endedSession = await beginSession(world, a.id, ended);
  await consoleSessions.end(
    callIn(world, a.id),
    { accountId: ended.id },
    { permission: 'account:self', action: 'auth.sessions-ended' },
  );
  const fixed = (name: string, text: string): Caller => ({
    name,
    isOperator: false,
    credentials: async () => bearer(text),
    admission: nobody,
  });
  const signedIn = (
    name: string,
    standing: Standing,
    allowed: ReadonlySet<Permission>,
    credentials: Caller['credentials'],
  ): Caller => ({
    name,
    isOperator: standing === 'operator' || standing === 'admin-token',
    credentials,
    admission: admission(standing, allowed),
  });
  const [agent, asAdmin] = [new Set<Permission>(roles.agent), zendeskPeople.admin];
  return [
    { name: 'nobody', isOperator: false, credentials: async () => ({}), admission: nobody },
    signedIn('member of A', 'console', permissionsOf.member, () => person('member')),
    signedIn('admin of A', 'console', permissionsOf.admin, () => person('admin')),
    signedIn('agent of A', 'sidebar', agent, async () => bearer(await a.agentSession())),
    signedIn('admin of A at Zendesk', 'zendesk-admin', agent, async () =>
      bearer(await a.agentSession(asAdmin)),
    ),
    signedIn('visitor of A', 'visitor', none, async () => {
      const { session } = await visit(world, a.id, String(a.values.widgetKey));
      return { ...bearer(session), origin: widgetOrigin(a.id) };
    }),
    signedIn('operator', 'operator', permissionsOf.operator, () => person('operator')),
    signedIn('admin token', 'admin-token', new Set(tokenScopes), async () => bearer(whole.token)),
    signedIn('admin token without the scope', 'admin-token', new Set<Permission>(['audit:read']), async () =>
      bearer(narrow.token),
    ),
    fixed('revoked admin token', revoked.token),
    fixed('expired session of the console', await expiredConsoleToken(world, a)),
    fixed('ended session of the console', endedSession.accessToken),
    fixed('expired session of the sidebar', sidebarToken(world, a, { aud: 'sidebar', endedAgo: 60 })),
    fixed('sidebar token for another audience', sidebarToken(world, a, { aud: 'widget', endedAgo: -600 })),
  ];
}

/** An access token of a living session, signed two hours ago. */
async function expiredConsoleToken(world: World, a: Tenant): Promise<string> {
  const clock = {
    ...world.ports.clock,
    elapsed: () => world.ports.clock.elapsed(),
    now: () => new Date(Date.now() - 2 * 3_600_000),
  };
  const sessions = new ConsoleSessions({ ...world.ports, clock }, noSecondFactors, {
    issuer: 'indesk',
    accessTokenMinutes: 60,
  });
  const made = await a.newPerson('admin');
  const call = callIn(world, a.id);
  const opening = sessions.opening(call, made, { device: 'Firefox on Linux' });
  const audited = { permission: 'account:self', audit: { action: 'auth.signed-in' } } as const;
  await world.ports.database.write(call, audited, (tx) => opening.store(tx));
  return (await opening.issue()).accessToken;
}

/** Signed with the server's own key, because only claims shall be wrong. */
function sidebarToken(
  { ports }: World,
  a: Tenant,
  { aud, endedAgo }: { readonly aud: string; readonly endedAgo: number },
): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud, tid: a.id, sub: 9001, sid: randomUUID(), exp: now - endedAgo, iat: now - 3_600 };
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  const mac = createHmac('sha256', ports.secretBox.deriveKey('sidebar session'))
    .update(`sidebar.${body}`)
    .digest('base64url');
  return `${body}.${mac}`;
}
