import { createHash } from 'node:crypto';
import { visibleLine } from '../../kernel/invisible-characters.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import type {
  ConversationNote,
  ConversationProgress,
  ConversationRequester,
} from '../../ports/help-desk-conversations.ts';
import type { HelpDeskCall, HelpDeskConnection } from '../../ports/help-desk.ts';
import type { Conversation } from '../conversation.ts';
import { subjectOf, transcriptParts, type TranscriptPart } from './transcript.ts';

export type DeliveryCall = Call<'helpDesk'>;

/** How a conversation ended when nobody was called: the visitor said that it helped, or nothing. */
export const endings = ['confirmed', 'silent'] as const;
export type Ending = (typeof endings)[number];

/** A conversation, and what of it is to stand in its ticket afterwards: every turn, and a call for a person if there is one. */
export interface Delivery {
  readonly aiAgentId: string;
  /** The AI agent's name, and the group a call for a person goes to. */
  readonly desk: Transient<{ readonly name: string; readonly groupId: number | null }>;
  readonly sessionId: string;
  readonly conversation: Transient<Conversation>;
  readonly ending: Ending | null;
  /** Of the conversation's ticket, when it was just read. */
  readonly progress?: ConversationProgress | undefined;
}

/** What of a conversation Zendesk has. */
export interface Delivered {
  readonly ticketId: number;
  readonly writtenTurns: number;
}

/** Tags by which the tickets of AI agents are found. */
export const agentTags = (aiAgentId: string): readonly string[] => [
  'indesk_ai_agent',
  `indesk_agent_${aiAgentId.replaceAll('-', '')}`,
];
export const handedOffTag = 'indesk_handed_off';
export const endingTags: Readonly<Record<Ending, string>> = {
  confirmed: 'indesk_confirmed',
  silent: 'indesk_silent',
};

export const externalIdOf = (sessionId: string): string => `indesk-chat:${sessionId}`;

/** Begins the marks of a conversation's comments: `chat:<session>:<turns>`, with `:called` after it on a call for a person. */
export const markPrefix = (sessionId: string): string => `chat:${sessionId}:`;

/** Turns that the marks say are in the ticket, and whether a call for a person is. */
export function readMarks(
  { marks }: Pick<ConversationProgress, 'marks'>,
  sessionId: string,
): { readonly turns: number; readonly called: boolean } {
  const ours = marks.map((mark) => mark.slice(markPrefix(sessionId).length).split(':'));
  return {
    turns: Math.max(0, ...ours.map(([turns]) => Number(turns) || 0)),
    called: ours.some(([, called]) => called === 'called'),
  };
}

/** A conversation with what its ticket says to have of it. */
export function caughtUp(
  conversation: Transient<Conversation>,
  progress: ConversationProgress | undefined,
  sessionId: string,
): Transient<Conversation> {
  if (progress === undefined) return conversation;
  const has = readMarks(progress, sessionId);
  return conversation.map((one) => ({
    ...one,
    writtenTurns: Math.max(one.writtenTurns, Math.min(has.turns, one.turn)),
    called: has.called ? null : one.called,
  }));
}

/**
 * Brings to the ticket of a conversation what it lacks, and makes the ticket when there is none. The ticket itself says
 * what it has: whatever became of earlier tries, nothing is written twice and one ticket is made. A closed ticket is
 * followed up. Throws what Zendesk throws. One delivery of a session runs at a time.
 */
export async function deliver(
  call: DeliveryCall,
  connection: HelpDeskConnection,
  delivery: Delivery,
): Promise<Delivered> {
  const work = new Delivering(call, { connection, signal: call.signal }, delivery);
  return work.run();
}

/** Where to write; without a ticket one is made. */
interface Target {
  readonly ticketId: number | null;
  readonly followUpOf: number | null;
  /** Without a group and a requester, which Zendesk may have refused. */
  readonly plain: boolean;
}

const mostTargets = 4;

class Delivering {
  readonly #call: DeliveryCall;
  readonly #at: HelpDeskCall;
  readonly #delivery: Delivery;
  #written: number;
  #isCalled = false;
  #progress: ConversationProgress | undefined;

  constructor(call: DeliveryCall, at: HelpDeskCall, delivery: Delivery) {
    this.#call = call;
    this.#at = at;
    this.#delivery = delivery;
    this.#written = delivery.conversation.measure(({ writtenTurns }) => writtenTurns);
    this.#progress = delivery.progress;
  }

  async run(): Promise<Delivered> {
    let target = await this.#firstTarget();
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#writeTo(target);
      } catch (error) {
        if (tries >= mostTargets || !(error instanceof ProblemError)) throw error;
        target = await this.#otherTarget(target, error);
      }
    }
  }

  async #firstTarget(): Promise<Target> {
    const known = this.#delivery.conversation.measure(({ ticketId }) => ticketId ?? -1);
    if (known >= 0) return { ticketId: known, followUpOf: null, plain: false };
    const newest = await this.#newestTicket();
    return { ticketId: newest?.id ?? null, followUpOf: null, plain: false };
  }

  async #newestTicket() {
    const { helpDesk } = this.#call.ports;
    const [newest] = await helpDesk.conversationTickets(this.#at, externalIdOf(this.#delivery.sessionId));
    return newest;
  }

  /** Where else to write after a refusal; throws the refusal when there is nowhere. */
  async #otherTarget(target: Target, refusal: ProblemError): Promise<Target> {
    const isGone = refusal.type === 'ticket-not-found';
    if (!isGone && refusal.type !== 'ticket-refused-change') throw refusal;
    this.#progress = undefined;
    if (target.ticketId !== null) {
      const newest = await this.#newestTicket();
      if (newest !== undefined && newest.id !== target.ticketId)
        return newest.closed
          ? { ...target, ticketId: null, followUpOf: newest.id }
          : { ...target, ticketId: newest.id };
      if (newest?.closed === true) return { ...target, ticketId: null, followUpOf: newest.id };
      // People have deleted it: what comes from now on is a matter of its own.
      if (isGone) return { ...target, ticketId: null };
    }
    if (target.plain) throw refusal;
    return { ...target, plain: true };
  }

  async #writeTo(target: Target): Promise<Delivered> {
    const { helpDesk } = this.#call.ports;
    const { sessionId, ending } = this.#delivery;
    let { ticketId } = target;
    if (ticketId !== null) {
      this.#progress ??= await helpDesk.conversationProgress(this.#at, ticketId, markPrefix(sessionId));
      const has = readMarks(this.#progress, sessionId);
      this.#written = Math.max(this.#written, has.turns);
      this.#isCalled ||= has.called;
    }
    const parts = this.#parts();
    const calls = this.#callsNow();
    const more = [...(calls ? [handedOffTag] : []), ...(ending === null ? [] : [endingTags[ending]])];
    // Before the comment: its mark says that all is done.
    if (ticketId !== null && more.length > 0) await helpDesk.addTicketTags(this.#at, ticketId, more);
    for (let at = 0; at < parts.measure((list) => list.length); at += 1) {
      const part = parts.map((list) => list[at] as TranscriptPart);
      const isFirst = at === 0;
      const isNew = ticketId === null;
      const note = this.#note(part, { plain: target.plain, isNew, calls: calls && isFirst });
      if (ticketId === null) ticketId = await this.#create(target, note, more);
      else await helpDesk.addConversationNote(this.#at, ticketId, note);
      this.#written = part.measure(({ upToTurn }) => upToTurn);
      if (calls && isFirst) this.#isCalled = true;
    }
    if (ticketId === null) throw new ProblemError('ticket-not-found');
    return {
      ticketId,
      writtenTurns: this.#delivery.conversation.measure(({ turn }) => turn),
    };
  }

  #callsNow(): boolean {
    return !this.#isCalled && this.#delivery.conversation.measure(({ called }) => called !== null);
  }

  #parts(): Transient<readonly TranscriptPart[]> {
    const { desk, conversation } = this.#delivery;
    const [writtenTurns, calls] = [this.#written, this.#callsNow()];
    return Transient.all([desk, conversation]).map(([{ name }, one]) =>
      transcriptParts({
        agentName: name,
        conversation: one,
        writtenTurns,
        called: calls ? one.called : null,
      }),
    );
  }

  #note(
    part: Transient<TranscriptPart>,
    { plain, isNew, calls }: { readonly plain: boolean; readonly isNew: boolean; readonly calls: boolean },
  ): Transient<ConversationNote> {
    const { desk, sessionId, conversation } = this.#delivery;
    return Transient.all([part, desk, conversation]).map(([{ html, upToTurn }, { groupId }, one]) => ({
      html,
      mark: `${markPrefix(sessionId)}${upToTurn}${calls ? ':called' : ''}`,
      groupId: calls && !plain ? groupId : null,
      requester: !plain && (isNew || calls) ? requesterOf(one) : null,
    }));
  }

  #create(target: Target, note: Transient<ConversationNote>, more: readonly string[]): Promise<number> {
    const { aiAgentId, sessionId, conversation } = this.#delivery;
    const { subscriptionId } = this.#call;
    const turn = conversation.measure((one) => one.turn);
    const key = [
      subscriptionId,
      aiAgentId,
      sessionId,
      turn,
      target.followUpOf ?? 0,
      target.plain ? 'plain' : '',
    ];
    const ticket = Transient.all([note, conversation]).map(([first, one]) => ({
      ...first,
      subject: subjectOf(one),
      externalId: externalIdOf(sessionId),
      tags: [...new Set([...agentTags(aiAgentId), ...(one.handedOff ? [handedOffTag] : []), ...more])],
      followUpOf: target.followUpOf,
    }));
    return this.#call.ports.helpDesk.createConversationTicket(
      this.#at,
      createHash('sha256').update(key.join('/')).digest('hex'),
      ticket,
    );
  }
}

/** Who the ticket is from; nobody, and so whoever connected Zendesk, where no address is known. */
function requesterOf({ visitor }: Conversation): ConversationRequester | null {
  if (visitor === null || visitor.email === null) return null;
  const name = visibleLine(visitor.name ?? '');
  return { name: name === '' ? visitor.email : name, email: visitor.email };
}
