import type { ProblemType } from '../../kernel/problem-types.ts';
import { Transient } from '../../kernel/transient.ts';
import type { SettingsReader } from '../../services/settings/settings-reader.ts';
import type { ChatAgent } from '../chat-agents.ts';
import type { ChatCall } from '../chat-call.ts';
import type { Conversation } from '../conversation.ts';
import type { HandOffRequest, HandOver } from '../hand-off.ts';
import type { WriteBack, WriteBackRequest } from '../write-back.ts';
import { attemptDelivery } from './attempt.ts';
import { markPrefix, type Delivery, type Ending } from './deliver.ts';
import { mayWrite } from './pace.ts';
import { endWaiting, keepWaiting, type WaitingParts } from './waiting.ts';

export interface WriterParts extends WaitingParts {
  readonly settings: SettingsReader;
  /** Words for the person who takes over; never fails. */
  readonly summarize: (call: ChatCall, request: HandOffRequest) => Promise<Transient<string>>;
}

/** Milliseconds a visitor waits for Zendesk at most. */
const waits = { look: 3_000, turn: 6_000, call: 9_000, end: 9_000 } as const;

/** What no later try mends by itself: the visitor is told that nobody can be reached from here. */
const hopeless: ReadonlySet<ProblemType> = new Set([
  'zendesk-not-connected',
  'zendesk-reconnect-needed',
  'zendesk-forbidden',
  'ticket-refused-change',
  'subscription-inactive',
]);

/** Writes conversations to tickets, and calls people by them. */
export function createConversationWriter(parts: WriterParts): {
  readonly writeBack: WriteBack;
  readonly handOver: HandOver;
} {
  const { settings } = parts;

  const writeBack: WriteBack = {
    async look(call, { sessionId, conversation }) {
      const ticketId = conversation.measure((one) => one.ticketId ?? -1);
      if (ticketId < 0) return undefined;
      const deadline = AbortSignal.timeout(waits.look);
      try {
        const { zendesk: connection } = await settings.get(call.subscriptionId);
        if (connection === undefined) return undefined;
        const at = { connection, signal: AbortSignal.any([call.signal, deadline]) };
        return await call.ports.helpDesk.conversationProgress(at, ticketId, markPrefix(sessionId));
      } catch (error) {
        // The ticket is looked at again before anything is written to it.
        if (call.signal.aborted) throw error;
        return undefined;
      }
    },

    async turnTaken(call, request) {
      const { agent, conversation } = request;
      const is = (fact: (one: Conversation) => boolean): boolean => conversation.measure(fact);
      const isCalled = is(({ handedOff }) => handedOff);
      if (agent.settings.writeBack !== 'live' && !isCalled) return undefined;
      const isBehind = is(({ turn, writtenTurns, called }) => writtenTurns < turn - 1 || called !== null);
      const delivery = deliveryOf(request, null);
      if (!(await mayWrite(call, request.sessionId))) {
        await keepWaiting(call, parts, delivery, 'rate-limited');
        return undefined;
      }
      const tried = await attemptDelivery(call, settings, delivery, waits.turn);
      if ('delivered' in tried) {
        if (isBehind) await endWaiting(parts, placeOf(call, request));
        return { ...tried.delivered, called: null };
      }
      if (tried.problem !== 'zendesk-not-connected') await keepWaiting(call, parts, delivery, tried.problem);
      return undefined;
    },

    async ended(given, request) {
      const { agent, conversation, ending } = request;
      // Whoever closes the page has gone and wants it written all the same.
      const call = { ...given, signal: AbortSignal.timeout(waits.end + 1_000) };
      const isCalled = conversation.measure(({ handedOff }) => handedOff);
      const isEmpty = conversation.measure(
        ({ messages }) => !messages.some(({ from }) => from === 'visitor'),
      );
      if ((agent.settings.writeBack === 'off' && !isCalled) || (isEmpty && !isCalled)) return;
      const delivery = deliveryOf(request, isCalled ? null : ending);
      const tried = await attemptDelivery(call, settings, delivery, waits.end);
      if ('delivered' in tried) await endWaiting(parts, placeOf(call, request));
      else if (tried.problem !== 'zendesk-not-connected')
        await keepWaiting(call, parts, delivery, tried.problem);
    },
  };

  const handOver: HandOver = async (call, request) => {
    const { conversation, cause, note } = request;
    const hasAddress = conversation.measure(({ visitor }) => (visitor?.email ?? null) !== null);
    const { zendesk } = await settings.get(call.subscriptionId);
    if (zendesk === undefined) return { state: 'unavailable', ticketId: null };
    if (!hasAddress) return { state: 'contact-needed', ticketId: null };
    const since = Math.floor(call.ports.clock.now().getTime() / 1000);
    const called = Transient.all([await parts.summarize(call, request), note]).map(([summary, words]) => ({
      cause,
      summary,
      note: words,
      since,
    }));
    const delivery: Delivery = {
      ...deliveryOf(request, null),
      conversation: Transient.all([conversation, called]).map(([one, calling]) => ({
        ...one,
        handedOff: true,
        called: calling,
      })),
    };
    const tried = await attemptDelivery(call, settings, delivery, waits.call);
    if ('delivered' in tried) {
      if (conversation.measure((one) => one.writtenTurns < one.turn - 1))
        await endWaiting(parts, placeOf(call, request));
      return { state: 'done', ...tried.delivered, called: null };
    }
    if (hopeless.has(tried.problem)) return { state: 'unavailable', ticketId: null };
    await keepWaiting(call, parts, delivery, tried.problem);
    return { state: 'pending', ticketId: null, called };
  };

  return { writeBack, handOver };
}

const placeOf = ({ subscriptionId }: ChatCall, { sessionId }: { readonly sessionId: string }) => ({
  subscriptionId,
  sessionId,
});

function deliveryOf(
  { agent, sessionId, conversation, progress }: Pick<WriteBackRequest, keyof WriteBackRequest>,
  ending: Ending | null,
): Delivery {
  return { aiAgentId: agent.id, sessionId, desk: deskOf(agent), conversation, ending, progress };
}

const deskOf = ({ name, settings }: ChatAgent): Delivery['desk'] =>
  Transient.of({ name, groupId: settings.handOff.groupId });
