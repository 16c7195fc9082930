import type { Transient } from '../kernel/transient.ts';
import type { ChatCall, ChatServices } from './chat-call.ts';
import { conversationSeconds, type ChatSession } from './chat-sessions.ts';
import { addToDay } from './chat-queries.ts';
import { agentOf, withConversation } from './open-conversation.ts';
import { noteEnd } from './turn-marker.ts';

/** Ends a conversation: what was agreed goes to Zendesk, and no history of it is taken any more. Throws as `withConversation`. */
export function endChat(
  call: ChatCall,
  services: ChatServices,
  request: { readonly session: ChatSession; readonly address: string; readonly history: Transient<string> },
): Promise<void> {
  return withConversation(call, services, request, async ({ call: limited, agent, conversation }) => {
    const { sessionId } = request.session;
    await services.writeBack.ended(limited, { agent, sessionId, conversation });
    await noteEnd(call.ports.keyValues, request.session);
  });
}

/** Counts what a visitor thinks of an answer, once an answer. False: it was counted before. Throws `chat-unavailable` and `rate-limited`. */
export async function rateAnswer(
  call: ChatCall,
  services: ChatServices,
  request: {
    readonly session: ChatSession;
    readonly address: string;
    readonly turn: number;
    readonly verdict: 'up' | 'down';
  },
): Promise<boolean> {
  const { session, verdict, turn } = request;
  const { subscriptionId, sessionId, aiAgentId } = session;
  await agentOf(services, session);
  await services.limits.takeTurn({ address: request.address, ...session });
  const isNew = await call.ports.keyValues.setIfAbsent(
    `chat-verdict:${subscriptionId}:${sessionId}:${turn}`,
    '1',
    { ttlSeconds: conversationSeconds },
  );
  if (!isNew) return false;
  await services.bookkeeping.bookkeep({ subscriptionId }, (tx) =>
    addToDay(tx, subscriptionId, aiAgentId, verdict === 'up' ? { verdictsUp: 1 } : { verdictsDown: 1 }),
  );
  return true;
}
