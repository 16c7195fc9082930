import { ProblemError } from '../kernel/problem-error.ts';
import type { Transient } from '../kernel/transient.ts';
import type { ConversationBox } from '../ports/conversation-box.ts';
import { SecretBoxError } from '../ports/secret-box.ts';
import { conversationSeconds, type ChatSession } from './chat-sessions.ts';
import { Conversation, toHistoryText } from './conversation.ts';

/** Also of a conversation that goes on after its limit of turns, where no model is asked any more. */
const mostTurns = 400;

/** `<turn>.<sealed>`: the number is bound into the seal, so that changing it opens nothing. */
export async function sealHistory(
  box: ConversationBox,
  session: ChatSession,
  conversation: Transient<Conversation>,
): Promise<Transient<string>> {
  const turn = conversation.measure((one) => one.turn);
  const sealed = await box.seal(conversation.map(toHistoryText), placeOf(session, turn));
  return sealed.map((text) => `${turn}.${text}`);
}

/** Opens what the visitor sent back. Throws `chat-history-refused` for anything this server has not sealed for this session, and for what is too old. */
export async function openHistory(
  box: ConversationBox,
  session: ChatSession,
  history: Transient<string>,
  now: number,
): Promise<Transient<Conversation>> {
  const turn = history.measure((text) => {
    const [digits = ''] = /^(?:0|[1-9]\d{0,2})(?=\.)/.exec(text) ?? [];
    return digits === '' ? -1 : Number(digits);
  });
  if (turn < 0 || turn > mostTurns) throw new ProblemError('chat-history-refused');
  const conversation = await opened(box, session, history, turn);
  if (conversation.measure(({ begunAt }) => begunAt) + conversationSeconds <= now)
    throw new ProblemError('chat-history-refused', { detail: 'It has lasted for a day.' });
  return conversation;
}

async function opened(
  box: ConversationBox,
  session: ChatSession,
  history: Transient<string>,
  turn: number,
): Promise<Transient<Conversation>> {
  try {
    const sealed = history.map((text) => text.slice(text.indexOf('.') + 1));
    const text = await box.open(sealed, placeOf(session, turn));
    return text.map((json) => Conversation.parse(JSON.parse(json)));
  } catch (error) {
    if (error instanceof SecretBoxError) throw new ProblemError('chat-history-refused');
    throw error;
  }
}

const placeOf = ({ subscriptionId, aiAgentId, sessionId }: ChatSession, turn: number) => ({
  subscriptionId,
  aiAgentId,
  sessionId,
  turn,
});
