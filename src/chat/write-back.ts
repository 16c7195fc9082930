import type { Transient } from '../kernel/transient.ts';
import type { ConversationProgress } from '../ports/help-desk-conversations.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall } from './chat-call.ts';
import type { Conversation } from './conversation.ts';
import type { Ending } from './delivery/deliver.ts';

/** What the ticket of a conversation said a moment ago. */
export type TicketProgress = ConversationProgress;

/** A conversation as Zendesk is to get it. */
export interface WriteBackRequest {
  readonly agent: ChatAgent;
  readonly sessionId: string;
  readonly conversation: Transient<Conversation>;
  readonly progress?: TicketProgress | undefined;
}

/** What of a conversation Zendesk has; kept in the conversation itself. */
export interface WrittenState {
  readonly ticketId: number | null;
  /** Turns that are in the ticket. */
  readonly writtenTurns: number;
  /** A call for a person does not wait any more. */
  readonly called: null;
}

/** Brings conversations to Zendesk. Nothing here throws for what Zendesk does: what is not written stays in the conversation. */
export interface WriteBack {
  /** The ticket of a conversation that has one, at most one request; undefined: there is none, or Zendesk does not say. */
  look(call: ChatCall, request: WriteBackRequest): Promise<TicketProgress | undefined>;
  /** After each turn; writes where the AI agent's mode is `live`, or a person was called. Undefined: nothing changed. */
  turnTaken(call: ChatCall, request: WriteBackRequest): Promise<WrittenState | undefined>;
  /** At the end; writes where the mode is `transcript` or `live`. */
  ended(call: ChatCall, request: WriteBackRequest & { readonly ending: Ending }): Promise<void>;
}

/** For a server that writes no conversations. */
export const noWriteBack: WriteBack = {
  look: async () => undefined,
  turnTaken: async () => undefined,
  ended: async () => {},
};
