import type { HandOffState } from '../contract/chat.ts';
import type { Transient } from '../kernel/transient.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall } from './chat-call.ts';
import type { CalledPerson, Conversation, HandOffCause, Visitor } from './conversation.ts';
import type { TicketProgress } from './write-back.ts';

export interface HandOffRequest {
  readonly agent: ChatAgent;
  readonly sessionId: string;
  /** With the turn that leads to it. */
  readonly conversation: Transient<Conversation>;
  readonly cause: HandOffCause;
  /** How the person can answer, when the visitor said it now; who the company says the visitor is stands in the conversation. */
  readonly contact: Transient<Visitor | null>;
  readonly note: Transient<string | null>;
  /** Of the conversation's ticket, when it was just read. */
  readonly progress?: TicketProgress | undefined;
}

export interface HandOffOutcome {
  readonly state: HandOffState;
  /** In Zendesk; null: none yet. */
  readonly ticketId: number | null;
  /** Turns that are in the ticket; absent: as before. */
  readonly writtenTurns?: number;
  /** What waits for Zendesk, to be kept in the conversation; null or absent: nothing. */
  readonly called?: Transient<CalledPerson> | null;
}

/** Gives a conversation to a person. Never throws for what Zendesk does: that is an outcome. */
export type HandOver = (call: ChatCall, request: HandOffRequest) => Promise<HandOffOutcome>;
