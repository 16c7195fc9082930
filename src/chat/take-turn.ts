import type { ChatAnswer } from '../contract/chat.ts';
import { toProblem } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type { ModelConnection } from '../ports/model-provider.ts';
import type { SubscriptionSettings } from '../services/settings/settings-reader.ts';
import { answerMessage } from './answer-message.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall, ChatServices } from './chat-call.ts';
import type { ChatSession } from './chat-sessions.ts';
import type { Conversation, Visitor } from './conversation.ts';
import {
  callDecision,
  failedDecision,
  fixedDecision,
  handedOver,
  withPersonDecision,
  type Decision,
} from './decision.ts';
import { sealHistory } from './history.ts';
import { withConversation } from './open-conversation.ts';
import { noteTurn } from './turn-marker.ts';
import { TurnTally } from './turn-tally.ts';
import { languageFor } from './visitor-language.ts';
import { plainWish } from './words/visitor-wishes.ts';

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
    const { agent, conversation, accepted } = open;
    const language = languageFor(
      conversation,
      request.message ?? Transient.of(''),
      request.locale,
      agent.settings.languages,
    );
    const turning = { ...open, services, request, language };
    const { decision, ticketId } = await decided(turning);
    const after = await written(turning, afterTurn(turning, decision, ticketId));
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

interface Turning {
  readonly call: ChatCall;
  readonly services: ChatServices;
  readonly request: TurnRequest;
  readonly agent: ChatAgent;
  /** Before the turn. */
  readonly conversation: Transient<Conversation>;
  readonly language: string;
}

/** What becomes of the turn, with its receipt and its counts; whatever happens leaves both. */
async function decided(
  turning: Turning,
): Promise<{ readonly decision: Decision; readonly ticketId: number | null }> {
  const { call, services, agent, conversation } = turning;
  const settings = await services.settings.get(agent.subscriptionId);
  const tally = new TurnTally(call, services, agent, settings);
  const isFirst = conversation.measure(({ turn }) => turn === 0);
  try {
    const decision = await decisionOf(turning, settings, tally);
    const ended =
      decision.calls === undefined ? { decision, ticketId: null } : await callPerson(turning, decision);
    await tally.end(isFirst, ended.decision.outcome, ended.decision);
    return ended;
  } catch (error) {
    await tally.end(isFirst, call.signal.aborted ? 'aborted' : toProblem(error).type);
    throw error;
  }
}

async function decisionOf(
  turning: Turning,
  settings: SubscriptionSettings,
  tally: TurnTally,
): Promise<Decision> {
  const { call, services, agent, conversation, language, request } = turning;
  const { handOff, turnLimit } = agent.settings;
  const { message } = request;
  const connections = await connectionsOf(services, agent, settings);
  request.emit({ type: 'started', demo: connections[0]?.demo ?? false });
  const isWithPerson =
    conversation.measure(({ handedOff }) => handedOff) ||
    (conversation.measure(({ ticketId }) => ticketId !== null) &&
      (await services.writeBack.hasPerson(call, {
        agent,
        sessionId: request.session.sessionId,
        conversation,
      })));
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
    messages: withMessage(conversation, message).map(({ messages }) => messages),
    language,
    tally,
    onText: (text) => request.emit({ type: 'text-delta', text }),
  });
  const { afterUnanswered } = handOff;
  const inARow = conversation.measure(({ unanswered }) => unanswered) + 1;
  const isEnough = answered.unanswered && afterUnanswered !== null && inARow >= afterUnanswered;
  return isEnough && handOff.enabled ? callDecision('unanswered', answered.reason) : answered;
}

/** The AI agent's own provider, or the subscription's; then those that stand in. */
async function connectionsOf(
  services: ChatServices,
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

const withMessage = (
  conversation: Transient<Conversation>,
  message: Transient<string> | undefined,
): Transient<Conversation> =>
  message === undefined
    ? conversation
    : Transient.all([conversation, message]).map(([before, text]) => ({
        ...before,
        messages: [...before.messages, { from: 'visitor', text }],
      }));

async function callPerson(
  { call, services, agent, conversation, language, request }: Turning,
  decision: Decision,
): Promise<{ readonly decision: Decision; readonly ticketId: number | null }> {
  const { message, contact, note, session } = request;
  const said = withMessage(conversation, message);
  const outcome = await services.handOver(call, {
    agent,
    sessionId: session.sessionId,
    conversation: Transient.all([said, contact]).map(([one, given]) => ({
      ...one,
      turn: one.turn + 1,
      language,
      visitor: one.visitor ?? given,
    })),
    cause: decision.calls ?? 'agent',
    contact,
    note,
  });
  return {
    decision: handedOver(decision, agent, language, outcome, call.ports.clock.now()),
    ticketId: outcome.ticketId,
  };
}

/** The conversation with the turn in it. */
function afterTurn(
  { conversation, language, request }: Turning,
  decision: Decision,
  ticketId: number | null,
): Transient<Conversation> {
  const isCalled = decision.handOff === 'done' || decision.handOff === 'pending';
  return Transient.all([withMessage(conversation, request.message), decision.text, request.contact]).map(
    ([before, text, contact]): Conversation => ({
      ...before,
      turn: before.turn + 1,
      language,
      visitor: before.visitor ?? contact,
      messages: [...before.messages, { from: 'agent', text }],
      unanswered: decision.unanswered ? before.unanswered + 1 : 0,
      handedOff: before.handedOff || isCalled,
      ticketId: ticketId ?? before.ticketId,
    }),
  );
}

/** Brings the turn to Zendesk where that is wanted; what it did not take stays in the conversation. */
async function written(
  { call, services, agent, request }: Turning,
  after: Transient<Conversation>,
): Promise<Transient<Conversation>> {
  const { sessionId } = request.session;
  const state = await services.writeBack.turnTaken(call, { agent, sessionId, conversation: after });
  return state === undefined ? after : after.map((one) => ({ ...one, ...state }));
}
