import type { Transient } from '../kernel/transient.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall } from './chat-call.ts';
import type { Conversation } from './conversation.ts';

/** A conversation as Zendesk is to get it. */
export interface WriteBackRequest {
  readonly agent: ChatAgent;
  readonly sessionId: string;
  readonly conversation: Transient<Conversation>;
}

/** What of a conversation Zendesk has; kept in the conversation itself. */
export interface WrittenState {
  readonly ticketId: number | null;
  /** Turns that are in the ticket. */
  readonly writtenTurns: number;
}

/** Brings conversations to Zendesk. Nothing here throws for what Zendesk does: what is not written stays in the conversation. */
export interface WriteBack {
  /** After each turn; writes where the AI agent's mode is `live`, or a person has the conversation. Undefined: nothing changed. */
  turnTaken(call: ChatCall, request: WriteBackRequest): Promise<WrittenState | undefined>;
  /** At the end; writes where the mode is `transcript`. */
  ended(call: ChatCall, request: WriteBackRequest): Promise<void>;
  /** Whether a person has taken over the ticket of the conversation, so that the AI agent keeps silent. */
  hasPerson(call: ChatCall, request: WriteBackRequest): Promise<boolean>;
}

/** For a server that writes no conversations. */
export const noWriteBack: WriteBack = {
  turnTaken: async () => undefined,
  ended: async () => {},
  hasPerson: async () => false,
};
