import type { ChatAnswer } from '../contract/chat.ts';
import { toProblem } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type { ModelConnection } from '../ports/model-provider.ts';
import type { SubscriptionSettings } from '../services/settings/settings-reader.ts';
import { answerMessage, type MessageToAnswer } from './answer-message.ts';
import {
  afterTurn,
  bringToPerson,
  withMessage,
  writeTurn,
  type Brought,
  type Turning,
} from './bring-turn.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall, ChatServices } from './chat-call.ts';
import type { ChatSession } from './chat-sessions.ts';
import type { Conversation, Visitor } from './conversation.ts';
import {
  callDecision,
  failedDecision,
  fixedDecision,
  withPersonDecision,
  type Decision,
} from './decision.ts';
import { caughtUp } from './delivery/deliver.ts';
import { sealHistory } from './history.ts';
import { withConversation } from './open-conversation.ts';
import { noteTurn } from './turn-marker.ts';
import { TurnTally } from './turn-tally.ts';
import { languageFor } from './visitor-language.ts';
import { plainWish } from './words/visitor-wishes.ts';
import type { TicketProgress } from './write-back.ts';

/** What the stream of a turn says before it leaves. */
export type ChatTurnEvent =
  | { readonly type: 'started'; readonly demo: boolean }
  | { readonly type: 'text-delta'; readonly text: Transient<string> }
  | { readonly type: 'answer'; readonly answer: Transient<ChatAnswer> };

export interface TurnRequest {
  readonly session: ChatSession;
  /** Of the network. */
  readonly address: string;
  readonly history: Transient<string>;
  readonly locale: string;
  /** What the visitor says; undefined: they press the button that calls a person. */
  readonly message: Transient<string> | undefined;
  readonly contact: Transient<Visitor | null>;
  readonly note: Transient<string | null>;
  readonly emit: (event: ChatTurnEvent) => void;
}

/**
 * Takes one turn of a conversation and returns the answer with the history to send back. Throws `chat-unavailable`,
 * `chat-history-refused`, `chat-busy` and `rate-limited` before anything is done; afterwards the visitor always gets an
 * answer, be it that there is none.
 */
export function takeTurn(
  call: ChatCall,
  services: ChatServices,
  request: TurnRequest,
): Promise<Transient<ChatAnswer>> {
  return withConversation(call, services, request, async (open) => {
    const { agent, accepted } = open;
    const { sessionId } = request.session;
    const progress = await services.writeBack.look(call, { ...open, sessionId });
    const conversation = caughtUp(open.conversation, progress, sessionId);
    const language = languageFor(
      conversation,
      request.message ?? Transient.of(''),
      request.locale,
      agent.settings.languages,
    );
    const turning = { ...open, conversation, services, request, language, progress };
    const { decision, ...brought } = await decided(turning);
    const after = await writeTurn(turning, afterTurn(turning, decision, brought), brought);
    const history = await sealHistory(services.conversations, request.session, after);
    // Before the answer leaves: if it is lost on the way, the history before is taken once more.
    const turn = after.measure((one) => one.turn);
    await noteTurn(call.ports.keyValues, request.session, turn, accepted);
    const { action, reason, offersPerson, handOff } = decision;
    const turnsLeft = Math.max(0, agent.settings.turnLimit - turn);
    const answer = Transient.all([decision.text, decision.sources, history]).map(
      ([text, sources, sealed]): ChatAnswer => ({
        turn,
        action,
        text,
        sources: [...sources],
        language,
        reason,
        offersPerson,
        handOff,
        turnsLeft,
        history: sealed,
      }),
    );
    request.emit({ type: 'answer', answer });
    return answer;
  });
}

/** A message with the conversation before it. */
export interface Deciding {
  readonly call: ChatCall;
  readonly services: ChatServices;
  readonly request: Pick<TurnRequest, 'session' | 'message' | 'emit'>;
  readonly agent: ChatAgent;
  /** Before the turn. */
  readonly conversation: Transient<Conversation>;
  readonly language: string;
  /** Of the conversation's ticket; undefined: it has none, or Zendesk does not say. */
  readonly progress?: TicketProgress | undefined;
  readonly onPassages?: MessageToAnswer['onPassages'];
}

/** What becomes of the turn, with its receipt and its counts; whatever happens leaves both. */
async function decided(turning: Turning): Promise<Brought & { readonly decision: Decision }> {
  const { call, services, agent, conversation } = turning;
  const settings = await services.settings.get(agent.subscriptionId);
  const tally = new TurnTally(call, services, agent, settings);
  const isFirst = conversation.measure(({ turn }) => turn === 0);
  try {
    const decision = await decisionOf(turning, settings, tally);
    const ended = await bringToPerson(turning, decision);
    await tally.end(isFirst, ended.decision.outcome, ended.decision);
    return ended;
  } catch (error) {
    await tally.end(isFirst, call.signal.aborted ? 'aborted' : toProblem(error).type);
    throw error;
  }
}

/** What the AI agent does about a message; calling a person is left to who asks. */
export async function decisionOf(
  turning: Deciding,
  settings: SubscriptionSettings,
  tally: TurnTally,
): Promise<Decision> {
  const { call, services, agent, conversation, language, request } = turning;
  const { handOff, turnLimit } = agent.settings;
  const { message } = request;
  const connections = await connectionsOf(services, agent, settings);
  request.emit({ type: 'started', demo: connections[0]?.demo ?? false });
  const isWithPerson =
    conversation.measure(({ handedOff }) => handedOff) || turning.progress?.hasPerson === true;
  if (isWithPerson) return withPersonDecision(language);
  const wants = (wish: ReturnType<typeof plainWish>): boolean =>
    message?.measure((text) => plainWish(text) === wish) ?? wish === 'person';
  if (wants('person'))
    return handOff.enabled
      ? callDecision('visitor', 'person-wanted')
      : fixedDecision(agent, language, 'person-wanted', 'handOverUnavailable');
  if (conversation.measure(({ turn }) => turn) >= turnLimit)
    return fixedDecision(agent, language, 'turn-limit', 'turnLimit', { outcome: 'turn-limit' });
  for (const wish of ['hello', 'thanks', 'goodbye'] as const)
    if (wants(wish))
      return fixedDecision(agent, language, 'small-talk', wish, {
        ...(wish === 'goodbye' && { action: 'end' }),
      });
  const refused = await tally.admit();
  if (refused !== undefined) return failedDecision(agent, language, refused);
  const answered = await answerMessage({
    call,
    services,
    agent,
    settings,
    connections,
    messages: withMessage(conversation, message, services.sessions.now()).map(({ messages }) => messages),
    language,
    tally,
    onText: (text) => request.emit({ type: 'text-delta', text }),
    onPassages: turning.onPassages,
  });
  const { afterUnanswered } = handOff;
  const inARow = conversation.measure(({ unanswered }) => unanswered) + 1;
  const isEnough = answered.unanswered && afterUnanswered !== null && inARow >= afterUnanswered;
  return isEnough && handOff.enabled ? callDecision('unanswered', answered.reason) : answered;
}

/** The AI agent's own provider, or the subscription's; then those that stand in. */
export async function connectionsOf(
  services: Pick<ChatServices, 'settings'>,
  { subscriptionId, settings: { model } }: ChatAgent,
  { provider, fastProvider, standIns }: SubscriptionSettings,
): Promise<readonly ModelConnection[]> {
  const isFast = model.tier === 'fast';
  const own =
    model.providerId === null
      ? undefined
      : await services.settings.connection(subscriptionId, model.providerId);
  const usual = isFast ? fastProvider : provider;
  const first = own === undefined ? usual : isFast ? own.fast : own.quality;
  const others = standIns.map(({ fast, quality }) => (isFast ? fast : quality));
  return [...(first === undefined ? [] : [first]), ...others];
}
