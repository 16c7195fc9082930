import type { Visitor, Conversation, HandOffCause } from './conversation.ts';
import { Transient } from '../kernel/transient.ts';
import { keptSeconds } from '../ports/kept-transcripts.ts';
import { handedOver, type Decision } from './decision.ts';
import type { HandOffOutcome } from './hand-off.ts';
import type { Deciding, TurnRequest } from './take-turn.ts';

/** A visitor's turn under way. */
export interface Turning extends Deciding {
  readonly request: TurnRequest;
}

/** What Zendesk got of a turn while it was decided; undefined: nothing was brought to it. */
export interface Brought {
  readonly outcome?: HandOffOutcome | undefined;
}

/** With what the visitor says, as the conversation keeps it. */
export const withMessage = (
  conversation: Transient<Conversation>,
  message: Transient<string> | undefined,
  at: number,
): Transient<Conversation> =>
  message === undefined
    ? conversation
    : Transient.all([conversation, message]).map(([before, text]) => ({
        ...before,
        messages: [...before.messages, { from: 'visitor', text, turn: before.turn + 1, at }],
      }));

/** Does what a decision says about people: calls one, or passes on to the one who is there. */
export function bringToPerson(
  turning: Turning,
  decision: Decision,
): Promise<Brought & { readonly decision: Decision }> | (Brought & { readonly decision: Decision }) {
  if (decision.calls !== undefined) return callPerson(turning, decision, decision.calls);
  return decision.handOff === null ? { decision } : passOn(turning, decision);
}

async function callPerson(
  turning: Turning,
  decision: Decision,
  cause: HandOffCause,
): Promise<Brought & { readonly decision: Decision }> {
  const { call, services, agent, language, request, progress } = turning;
  const outcome = await services.handOver(call, {
    agent,
    sessionId: request.session.sessionId,
    conversation: withTurn(turning),
    cause,
    contact: request.contact,
    note: request.note,
    progress,
  });
  return {
    decision: handedOver(decision, agent, language, outcome, call.ports.clock.now()),
    outcome,
  };
}

/** A person has the conversation: what the visitor says now goes to the ticket, and how that went is said. */
async function passOn(
  turning: Turning,
  decision: Decision,
): Promise<Brought & { readonly decision: Decision }> {
  const { call, services, agent, conversation, language, request, progress } = turning;
  const state = await services.writeBack.turnTaken(call, {
    agent,
    sessionId: request.session.sessionId,
    conversation: withTurn(turning).map((one) => ({ ...one, handedOff: true })),
    progress,
  });
  if (state !== undefined) return { decision, outcome: { state: 'done', ...state } };
  const isOver = conversation.measure(
    ({ called }) => called !== null && called.since + keptSeconds <= services.sessions.now(),
  );
  const waits: HandOffOutcome = { state: isOver ? 'unavailable' : 'pending', ticketId: null };
  return {
    decision: handedOver(decision, agent, language, waits, call.ports.clock.now()),
    outcome: waits,
  };
}

/** The conversation with what the visitor says, as a ticket gets it. */
const withTurn = ({ conversation, language, request, services }: Turning): Transient<Conversation> =>
  Transient.all([withMessage(conversation, request.message, services.sessions.now()), request.contact]).map(
    ([one, given]) => ({
      ...one,
      turn: one.turn + 1,
      language,
      visitor: reachable(one.visitor, given),
    }),
  );

/** Who the company named stays; an address the visitor gives completes it. */
const reachable = (known: Visitor | null, given: Visitor | null): Visitor | null => {
  if (known === null || given === null) return known ?? given;
  return known.email === null ? { ...given, subject: null } : known;
};

/** The conversation with the turn in it. */
export function afterTurn(
  turning: Turning,
  decision: Decision,
  { outcome }: Brought,
): Transient<Conversation> {
  const isCalled = decision.handOff === 'done' || decision.handOff === 'pending';
  const at = turning.services.sessions.now();
  const called = outcome?.called;
  return Transient.all([
    withTurn(turning),
    decision.text,
    decision.sources,
    called ?? Transient.of(null),
  ]).map(([before, text, sources, waiting]): Conversation => {
    const cited = sources.map(({ number, title, url }) => ({ number, title, url }));
    return {
      ...before,
      messages: [
        ...before.messages,
        { from: 'agent', text, turn: before.turn, at, ...(cited.length > 0 && { sources: cited }) },
      ],
      unanswered: decision.unanswered ? before.unanswered + 1 : 0,
      handedOff: before.handedOff || isCalled,
      ticketId: outcome?.ticketId ?? before.ticketId,
      writtenTurns: outcome?.writtenTurns ?? before.writtenTurns,
      called: called === undefined ? before.called : waiting,
    };
  });
}

/** Brings the turn to Zendesk where that is wanted; what it did not take stays in the conversation. */
export async function writeTurn(
  { call, services, agent, request, progress }: Turning,
  after: Transient<Conversation>,
  { outcome }: Brought,
): Promise<Transient<Conversation>> {
  // It has what the visitor said; the product's own words about that need no comment of their own.
  if (outcome !== undefined && outcome.state !== 'contact-needed') return after;
  const { sessionId } = request.session;
  const state = await services.writeBack.turnTaken(call, {
    agent,
    sessionId,
    conversation: after,
    progress,
  });
  return state === undefined ? after : after.map((one) => ({ ...one, ...state }));
}
