import type { FastifyRequest } from 'fastify';
import type { Audience } from '../contract/endpoint.ts';
import { permissionsOf, type Permission } from '../contract/permissions.ts';
import { platformSubscriptionId } from '../kernel/platform.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import type { Actor } from '../ports/call.ts';
import type { SidebarSessions } from '../services/sessions/sidebar-session.ts';

/** Who a request comes from and what they may do. */
export interface Principal {
  readonly subscriptionId: string;
  readonly actor: Actor;
  readonly permissions: ReadonlySet<Permission>;
  /** What the rate limits count by. */
  readonly limitKey: string;
  /** The console session, for the endpoints about sessions. */
  readonly sessionId?: string;
  /** When the person last proved a password or second factor; milliseconds since 1970. */
  readonly provenAt?: number;
}

/** Throws `not-signed-in`, `session-expired` or `forbidden`. */
export type Authenticate = (request: FastifyRequest) => Principal | Promise<Principal>;
export type Authenticators = Readonly<Record<Audience, Authenticate>>;

const nothing: ReadonlySet<Permission> = new Set();

/** The caller nobody has signed in; counted by address. */
export const anonymous: Authenticate = (request) => ({
  subscriptionId: platformSubscriptionId,
  actor: { kind: 'anonymous', id: 'anonymous' },
  permissions: nothing,
  limitKey: request.ip,
});

export const refuseEveryone: Authenticate = () => {
  throw new ProblemError('forbidden');
};

/** A Zendesk agent with a sidebar session. */
export const sidebarAgent =
  (sessions: SidebarSessions): Authenticate =>
  (request) => {
    const session = sessions.verify(bearerToken(request));
    return {
      subscriptionId: session.subscriptionId,
      actor: { kind: 'zendesk-agent', id: session.zendeskAgentId },
      permissions: permissionsOf.agent,
      limitKey: `${session.subscriptionId}:${session.zendeskAgentId}`,
    };
  };

/** The token a request brings; throws `not-signed-in`. */
export function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header === undefined || !header.startsWith('Bearer ')) throw new ProblemError('not-signed-in');
  return header.slice(7);
}
