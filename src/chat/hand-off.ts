import type { HandOffState } from '../contract/chat.ts';
import type { Transient } from '../kernel/transient.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall } from './chat-call.ts';
import type { Conversation, Visitor } from './conversation.ts';

/** Why a person is called: the visitor asked, the AI agent decided, it had said so, it did not know, or it could not answer. */
export type HandOffCause = 'visitor' | 'agent' | 'promise' | 'unanswered' | 'failure';

export interface HandOffRequest {
  readonly agent: ChatAgent;
  readonly sessionId: string;
  /** With the turn that leads to it. */
  readonly conversation: Transient<Conversation>;
  readonly cause: HandOffCause;
  /** How the person can answer, when the visitor said it now; who the company says the visitor is stands in the conversation. */
  readonly contact: Transient<Visitor | null>;
  readonly note: Transient<string | null>;
}

export interface HandOffOutcome {
  readonly state: HandOffState;
  /** In Zendesk; null: none yet. */
  readonly ticketId: number | null;
}

/** Gives a conversation to a person. Never throws for what Zendesk does: that is an outcome. */
export type HandOver = (call: ChatCall, request: HandOffRequest) => Promise<HandOffOutcome>;

/** For a server that has no way to reach people. */
export const handOverUnavailable: HandOver = async () => ({ state: 'unavailable', ticketId: null });
