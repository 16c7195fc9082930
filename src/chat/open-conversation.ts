import { ProblemError } from '../kernel/problem-error.ts';
import type { Transient } from '../kernel/transient.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall, ChatServices } from './chat-call.ts';
import type { ChatSession } from './chat-sessions.ts';
import type { Conversation } from './conversation.ts';
import { openHistory } from './history.ts';
import { acceptTurn, lockSession, type Accepted } from './turn-marker.ts';

/** A conversation that is this request's alone. */
export interface OpenConversation {
  /** Its signal also aborts when the AI agent may no longer answer. */
  readonly call: ChatCall;
  readonly agent: ChatAgent;
  readonly conversation: Transient<Conversation>;
  readonly accepted: Accepted;
}

/** The AI agent of a session, if it still answers on the page the session began on. Throws `chat-unavailable`. */
export async function agentOf(services: ChatServices, session: ChatSession): Promise<ChatAgent> {
  const agent = await services.agents.open(session.subscriptionId, session.aiAgentId);
  if (!agent.settings.allowedOrigins.includes(session.origin)) throw new ProblemError('chat-unavailable');
  return agent;
}

/**
 * Works on a conversation while nobody else does. Throws `chat-unavailable`, `rate-limited`, `chat-busy` and
 * `chat-history-refused` before the work begins.
 */
export async function withConversation<T>(
  call: ChatCall,
  services: ChatServices,
  {
    session,
    address,
    history,
  }: { readonly session: ChatSession; readonly address: string; readonly history: Transient<string> },
  work: (open: OpenConversation) => Promise<T>,
): Promise<T> {
  const { keyValues } = call.ports;
  const agent = await agentOf(services, session);
  await services.limits.takeTurn({ address, ...session });
  const running = services.running.begin(session, call.signal);
  try {
    const unlock = await lockSession(keyValues, session);
    try {
      const now = services.sessions.now();
      const conversation = await openHistory(services.conversations, session, history, now);
      const accepted = await acceptTurn(
        keyValues,
        session,
        conversation.measure(({ turn }) => turn),
      );
      return await work({ call: { ...call, signal: running.signal }, agent, conversation, accepted });
    } finally {
      await unlock();
    }
  } catch (error) {
    const { signal } = running;
    throw signal.aborted && signal.reason instanceof ProblemError ? signal.reason : error;
  } finally {
    running.end();
  }
}
