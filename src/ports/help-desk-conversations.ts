import type { Transient } from '../kernel/transient.ts';
import type { HelpDeskCall } from './help-desk.ts';

/** Who a conversation's ticket is from. Zendesk makes a user for an address it does not know. */
export interface ConversationRequester {
  readonly name: string;
  readonly email: string;
}

/** A private comment; `mark` stands in the metadata of Zendesk's audit and shows later that the comment is there. */
export interface ConversationNote {
  /** HTML. */
  readonly html: string;
  readonly mark: string;
  /** Null: as it is. */
  readonly groupId: number | null;
  readonly requester: ConversationRequester | null;
}

export interface NewConversationTicket extends ConversationNote {
  readonly subject: string;
  readonly externalId: string;
  readonly tags: readonly string[];
  /** A closed ticket this one goes on from; null: none. */
  readonly followUpOf: number | null;
}

export interface ConversationTicket {
  readonly id: number;
  readonly closed: boolean;
}

/** What has happened on the ticket of a conversation, as far as its newest 100 steps tell. */
export interface ConversationProgress {
  /** Ours. */
  readonly marks: readonly string[];
  /** Somebody of the team has answered the requester or taken the ticket. */
  readonly hasPerson: boolean;
}

/** Tickets that hold conversations of visitors. Nothing is public, and nobody is written to. */
export interface HelpDeskConversations {
  /** Tickets with an external id, newest first; deleted ones are not among them. */
  conversationTickets(call: HelpDeskCall, externalId: string): Promise<readonly ConversationTicket[]>;
  /** Marks that begin with `prefix`, and whether a person is there. One request. Throws `ticket-not-found`. */
  conversationProgress(call: HelpDeskCall, ticketId: number, prefix: string): Promise<ConversationProgress>;
  /** The same key makes one ticket within two hours, however often it is sent. Throws `ticket-refused-change`. */
  createConversationTicket(
    call: HelpDeskCall,
    idempotencyKey: string,
    ticket: Transient<NewConversationTicket>,
  ): Promise<number>;
  /** Not sent again once it may have reached Zendesk. Throws `ticket-refused-change`, also for a closed ticket, and `ticket-not-found`. */
  addConversationNote(call: HelpDeskCall, ticketId: number, note: Transient<ConversationNote>): Promise<void>;
  /** Beside those there are. Throws as `addConversationNote`. */
  addTicketTags(call: HelpDeskCall, ticketId: number, tags: readonly string[]): Promise<void>;
}
