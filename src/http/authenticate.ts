import type { FastifyRequest } from 'fastify';
import type { Audience } from '../contract/endpoint.ts';
import { permissionsOf, type Permission } from '../contract/permissions.ts';
import { platformSubscriptionId } from '../kernel/platform.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import type { Actor } from '../ports/call.ts';
import type { ConsolePrincipal, ConsoleSessions } from '../services/sessions/console-sessions.ts';
import { actorOf } from '../services/sessions/console-sessions.ts';
import type { ChatSession, ChatSessions } from '../chat/chat-sessions.ts';
import { openChatSession, readWidgetLook } from '../contract/chat.ts';
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
  /** The conversation of a visitor. */
  readonly chatSession?: ChatSession;
  /** A second factor must be set up before anything else. */
  readonly enrolmentDue?: true;
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

const withoutSession: readonly (string | undefined)[] = [openChatSession.path, readWidgetLook.path];

/** A visitor in a conversation; to begin one takes no token, but a page on the AI agent's list. Throws `chat-session-over`. */
export const widgetVisitor =
  (sessions: ChatSessions): Authenticate =>
  (request) => {
    if (withoutSession.includes(request.routeOptions.url)) return anonymous(request);
    const header = request.headers.authorization;
    if (header === undefined || !header.startsWith('Bearer ')) throw new ProblemError('chat-session-over');
    const chatSession = sessions.verify(header.slice(7));
    const { subscriptionId, sessionId } = chatSession;
    return {
      subscriptionId,
      actor: { kind: 'anonymous', id: 'anonymous' },
      permissions: nothing,
      limitKey: `chat:${sessionId}`,
      chatSession,
    };
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

/** Somebody signed in to the console; throws `console-sign-in-needed`. */
export const consoleAccount =
  (sessions: ConsoleSessions): Authenticate =>
  (request) => {
    const known = sessions.verify(consoleToken(request));
    return known instanceof Promise ? known.then(consolePrincipal) : consolePrincipal(known);
  };

/** An operator signed in to the console; throws `console-sign-in-needed` for everybody else's token. */
export const operatorAccount = (sessions: ConsoleSessions): Authenticate => {
  const operatorOnly = (known: ConsolePrincipal): Principal => {
    if (!known.audiences.includes('operator')) throw new ProblemError('console-sign-in-needed');
    return consolePrincipal(known);
  };
  return (request) => {
    const known = sessions.verify(consoleToken(request));
    return known instanceof Promise ? known.then(operatorOnly) : operatorOnly(known);
  };
};

// Who must set up a second factor can do nothing else before.
const enrolmentAlone: ReadonlySet<Permission> = new Set(['account:enrol']);

function consolePrincipal(known: ConsolePrincipal): Principal {
  return {
    subscriptionId: known.subscriptionId,
    actor: actorOf(known),
    permissions: known.enrolmentDue ? enrolmentAlone : permissionsOf[known.role],
    limitKey: known.accountId,
    ...(known.enrolmentDue && { enrolmentDue: true }),
    sessionId: known.sessionId,
    ...(known.provenAt !== undefined && { provenAt: known.provenAt }),
  };
}

function consoleToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header === undefined || !header.startsWith('Bearer ')) throw new ProblemError('console-sign-in-needed');
  return header.slice(7);
}

/** The token a request brings; throws `not-signed-in`. */
export function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header === undefined || !header.startsWith('Bearer ')) throw new ProblemError('not-signed-in');
  return header.slice(7);
}
