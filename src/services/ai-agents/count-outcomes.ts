import { Transient } from '../../kernel/transient.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { HelpDeskCall, TaggedTicket } from '../../ports/help-desk.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { readAgentsToCount, writeOutcome, type CountedDay } from './outcome-queries.ts';

type CountCall = Call<'database' | 'helpDesk' | 'clock'>;

const dayMs = 86_400_000;
/** Somebody who comes back does so within these days; a day is counted anew until they are over. */
const backDays = 7;
/** Requesters whose other tickets are looked at in one go; for those beyond, only other chats count. */
const mostRequesters = 300;

/** The tags under which conversations of AI agents are in Zendesk. */
export const outcomeTags = {
  ofAgent: (aiAgentId: string): string => `indesk_agent_${aiAgentId.replaceAll('-', '')}`,
  handedOff: 'indesk_handed_off',
  confirmed: 'indesk_confirmed',
  silent: 'indesk_silent',
} as const;

/**
 * Counts in Zendesk how conversations of the last eight days ended, AI agent by AI agent. What is read of tickets stays in
 * memory; numbers are stored. Throws what Zendesk's client throws.
 */
export async function countOutcomes(call: CountCall, settings: SettingsReader): Promise<void> {
  const { subscriptionId } = call;
  const { database, helpDesk, clock } = call.ports;
  const { zendesk } = await settings.get(subscriptionId);
  if (zendesk === undefined) return;
  const helpDeskCall: HelpDeskCall = { connection: zendesk, signal: call.signal };
  const now = clock.now().getTime();
  const days = Array.from({ length: backDays + 1 }, (_, ago) => dayOf(now - ago * dayMs));
  const since = days.at(-1) ?? dayOf(now);
  const agents = await database.read(call, readAgentsToCount);
  if (agents.length === 0) return;
  try {
    const { userId } = await helpDesk.checkConnection(helpDeskCall);
    for (const aiAgentId of agents) {
      call.signal.throwIfAborted();
      const tag = outcomeTags.ofAgent(aiAgentId);
      const tickets = await helpDesk.taggedTickets(helpDeskCall, { tag, since });
      const others = await otherTickets(call, helpDeskCall, tickets, userId);
      const counted = days.map((day) => countDay(day, tickets, others, userId));
      await database.write(
        call,
        { permission: 'system', audit: { action: 'ai-agent.outcomes-counted', target: aiAgentId } },
        async (tx) => {
          for (const one of counted) await writeOutcome(tx, subscriptionId, aiAgentId, one);
        },
      );
    }
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'zendesk-not-connected') return;
    throw error;
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** A ticket somebody opened: enough to tell whether they came again. */
interface Opened {
  readonly requesterId: number;
  readonly ticketId: number;
  readonly at: number;
}

const isHandedOff = ({ tags }: TaggedTicket): boolean => tags.includes(outcomeTags.handedOff);

/** What the requesters of conversations without a hand-off opened besides. */
async function otherTickets(
  call: CountCall,
  helpDeskCall: HelpDeskCall,
  tickets: Transient<readonly TaggedTicket[]>,
  userId: number,
): Promise<Transient<readonly Opened[]>> {
  const wanted = tickets.map((list) =>
    [...new Set(list.filter((one) => !isHandedOff(one)).map(({ requesterId }) => requesterId))]
      .filter((id) => id !== userId)
      .slice(0, mostRequesters),
  );
  const lists: Transient<readonly Opened[]>[] = [];
  const count = wanted.measure((ids) => ids.length);
  for (let at = 0; at < count; at += 1) {
    call.signal.throwIfAborted();
    const requesterId = wanted.measure((ids) => ids[at] ?? 0);
    const opened = await call.ports.helpDesk.requesterTickets(helpDeskCall, requesterId);
    lists.push(
      opened.map((list) =>
        list.map(({ id, createdAt }) => ({ requesterId, ticketId: id, at: Date.parse(createdAt) })),
      ),
    );
  }
  return Transient.all(lists).map((all) => all.flat());
}

/** Numbers of the conversations that began on a day. A follow-up of a conversation is no new one. */
function countDay(
  day: string,
  tickets: Transient<readonly TaggedTicket[]>,
  others: Transient<readonly Opened[]>,
  userId: number,
): CountedDay {
  const conversations = tickets.map((list) => {
    const byConversation = Map.groupBy(list, ({ id, externalId }) => externalId ?? String(id));
    return [...byConversation.values()].map((parts) => {
      const first = parts.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))[0];
      return {
        ids: new Set(parts.map(({ id }) => id)),
        tags: new Set(parts.flatMap(({ tags }) => tags)),
        requesterId: first?.requesterId ?? 0,
        at: Date.parse(first?.createdAt ?? ''),
      };
    });
  });
  const ofDay = Transient.all([conversations, others]).map(([all, opened]) =>
    all
      .filter(({ at }) => dayOf(at) === day)
      .map((one) => {
        const handedOff = one.tags.has(outcomeTags.handedOff);
        const confirmed = !handedOff && one.tags.has(outcomeTags.confirmed);
        const silent = !handedOff && !confirmed && one.tags.has(outcomeTags.silent);
        const isLater = (at: number): boolean => at > one.at && at <= one.at + backDays * dayMs;
        // Whoever did not say who they are is, to Zendesk, the account that writes the tickets.
        const isKnown = one.requesterId !== userId;
        const cameBack =
          !handedOff &&
          isKnown &&
          (all.some(({ requesterId, at }) => requesterId === one.requesterId && isLater(at)) ||
            opened.some(
              ({ requesterId, ticketId, at }) =>
                requesterId === one.requesterId && !one.ids.has(ticketId) && isLater(at),
            ));
        return { handedOff, confirmed, silent, cameBack };
      }),
  );
  const count = (is: 'handedOff' | 'confirmed' | 'silent' | 'cameBack'): number =>
    ofDay.measure((list) => list.filter((one) => one[is]).length);
  return {
    day,
    tickets: ofDay.measure((list) => list.length),
    handedOff: count('handedOff'),
    confirmed: count('confirmed'),
    silent: count('silent'),
    cameBack: count('cameBack'),
  };
}
