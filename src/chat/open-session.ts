import type { WidgetLook } from '../contract/chat.ts';
import { readableOn } from '../kernel/contrast.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall, ChatServices } from './chat-call.ts';
import { newConversation, type Visitor } from './conversation.ts';
import { openNow } from './decision.ts';
import { sealHistory } from './history.ts';
import { verifyIdentity } from './visitor-identity.ts';

export interface SessionRequest {
  readonly agentKey: string;
  /** Of the page, as the browser says it; undefined: no page. */
  readonly origin: string | undefined;
  /** Of the network. */
  readonly address: string;
  /** The company's token; null: anonymous. */
  readonly identity: string | null;
  /** Of a conversation to prolong; null: a new one. */
  readonly session: string | null;
}

export interface OpenedSession {
  readonly session: string;
  readonly renewAfterSeconds: number;
  /** Null: the conversation goes on with the history the visitor has. */
  readonly history: Transient<string> | null;
  readonly look: WidgetLook;
}

/** The AI agent of a key, for a page it may stand on. Throws `chat-unavailable`: the same for unknown, off, not published and not on the list. */
export async function agentOnPage(
  services: ChatServices,
  agentKey: string,
  origin: string | undefined,
): Promise<ChatAgent> {
  const { subscriptionId, aiAgentId } = await services.agents.find(agentKey);
  const agent = await services.agents.open(subscriptionId, aiAgentId);
  if (origin === undefined || !agent.settings.allowedOrigins.includes(origin))
    throw new ProblemError('chat-unavailable');
  return agent;
}

/** Begins a conversation, or prolongs the session of one. Throws `chat-unavailable`, `identity-refused` and `rate-limited`. */
export async function openSession(
  call: ChatCall,
  services: ChatServices,
  request: SessionRequest,
): Promise<OpenedSession> {
  const agent = await agentOnPage(services, request.agentKey, request.origin);
  const { subscriptionId, id: aiAgentId } = agent;
  await services.limits.takeSession({ address: request.address, subscriptionId, aiAgentId });
  const look = lookOf(agent, call.ports.clock.now());
  const known = request.session === null ? undefined : services.sessions.renewable(request.session);
  if (known?.aiAgentId === aiAgentId && known.origin === request.origin) {
    const { token, renewAfterSeconds } = services.sessions.sign(known);
    return { session: token, renewAfterSeconds, history: null, look };
  }
  const visitor: Transient<Visitor | null> =
    request.identity === null
      ? Transient.of(null)
      : await verifyIdentity(
          call.ports,
          agent,
          await services.agents.identitySecret(subscriptionId, aiAgentId),
          request.identity,
        );
  const begunAt = services.sessions.now();
  const session = {
    subscriptionId,
    aiAgentId,
    sessionId: call.ports.ids.next(),
    origin: request.origin ?? '',
    begunAt,
  };
  const { token, renewAfterSeconds } = services.sessions.sign(session);
  const history = await sealHistory(
    services.conversations,
    session,
    visitor.map((one) => newConversation(begunAt, one)),
  );
  return { session: token, renewAfterSeconds, history, look };
}

/** What a page may know of an AI agent. */
export function lookOf(agent: ChatAgent, now: Date): WidgetLook {
  const { avatar, greeting, starters, look, languages, handOff, turnLimit } = agent.settings;
  return {
    name: agent.name,
    avatar,
    greeting,
    starters,
    ...look,
    textColour: readableOn(look.colour),
    languages,
    offersPerson: handOff.enabled,
    open: openNow(agent, now),
    turnLimit,
  };
}
