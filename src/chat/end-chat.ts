import type { Transient } from '../kernel/transient.ts';
import type { ChatCall, ChatServices } from './chat-call.ts';
import { conversationSeconds, type ChatSession } from './chat-sessions.ts';
import { addToDay } from './chat-queries.ts';
import type { Conversation } from './conversation.ts';
import { agentOf, withConversation } from './open-conversation.ts';
import { noteEnd } from './turn-marker.ts';
import { plainWish } from './words/visitor-wishes.ts';

/** Ends a conversation: what was agreed goes to Zendesk, and no history of it is taken any more. Throws as `withConversation`. */
export function endChat(
  call: ChatCall,
  services: ChatServices,
  request: { readonly session: ChatSession; readonly address: string; readonly history: Transient<string> },
): Promise<void> {
  return withConversation(call, services, request, async ({ call: limited, agent, conversation }) => {
    const { sessionId, subscriptionId } = request.session;
    const answered = conversation.measure(lastAnswered);
    const verdict = await call.ports.keyValues.get(verdictKey(subscriptionId, sessionId, answered));
    const isConfirmed = verdict === 'up' || (answered > 0 && conversation.measure(endsWithThanks));
    const ending = isConfirmed ? 'confirmed' : 'silent';
    await services.writeBack.ended(limited, { agent, sessionId, conversation, ending });
    await noteEnd(call.ports.keyValues, request.session);
  });
}

const verdictKey = (subscriptionId: string, sessionId: string, turn: number): string =>
  `chat-verdict:${subscriptionId}:${sessionId}:${turn}`;

/** The newest turn with an answer from a source; 0: none. */
const lastAnswered = ({ messages }: Conversation): number =>
  messages.findLast(({ sources }) => sources !== undefined)?.turn ?? 0;

function endsWithThanks({ messages }: Conversation): boolean {
  const wish = plainWish(messages.findLast(({ from }) => from === 'visitor')?.text ?? '');
  return wish === 'thanks' || wish === 'goodbye';
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
  const isNew = await call.ports.keyValues.setIfAbsent(verdictKey(subscriptionId, sessionId, turn), verdict, {
    ttlSeconds: conversationSeconds,
  });
  if (!isNew) return false;
  await services.bookkeeping.bookkeep({ subscriptionId }, (tx) =>
    addToDay(tx, subscriptionId, aiAgentId, verdict === 'up' ? { verdictsUp: 1 } : { verdictsDown: 1 }),
  );
  return true;
}
