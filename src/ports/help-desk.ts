import type { JsonObject } from '../kernel/json.ts';
import type { Transient } from '../kernel/transient.ts';
import type { HelpDeskChanges } from './help-desk-changes.ts';
import type { HelpDeskConversations } from './help-desk-conversations.ts';

/** How to reach one Zendesk account; the token provider lives behind it. */
export interface HelpDeskConnection {
  readonly subscriptionId: string;
  readonly subdomain: string;
  readonly clientId: string;
  /** Empty where the grant does not need it. */
  readonly clientSecret: string;
  /** How tokens are had; client credentials when absent, otherwise from the `RotatingTokens` of a person's authorisation. */
  readonly grant?: 'client-credentials' | 'authorization-code';
  readonly scopes: string;
  /** Null: every brand. */
  readonly brandIds: readonly number[] | null;
}

export type TicketStatus = 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed';

export interface Ticket {
  readonly id: number;
  readonly subject: string;
  /** First comment as Zendesk gives it, hidden text included: for ranking in memory, never for a model. */
  readonly description: string;
  readonly status: TicketStatus;
  readonly priority: string | null;
  readonly type: string | null;
  readonly tags: readonly string[];
  readonly requesterId: number;
  readonly assigneeId: number | null;
  readonly groupId: number | null;
  readonly organizationId: number | null;
  readonly brandId: number | null;
  /** Absent or null: the account has no forms. */
  readonly formId?: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly fromMessaging: boolean;
  /** The requester rated it bad. */
  readonly badRating: boolean;
  readonly customFields: readonly { readonly id: number; readonly value: unknown }[];
}

export interface Comment {
  readonly id: number;
  readonly authorId: number;
  /** By the author's role in the account, or because they asked for the ticket. */
  readonly author: 'customer' | 'agent';
  readonly public: boolean;
  /** Readable text of `html_body` without hidden text. */
  readonly text: string;
  readonly createdAt: string;
  /** True when some of the comment was invisible to a reader and was left out. */
  readonly hiddenTextRemoved: boolean;
}

/** A comment's author as Zendesk knows them; fetched, never stored. */
export interface ZendeskUser {
  readonly id: number;
  readonly name: string;
  readonly role: 'end-user' | 'agent' | 'admin';
  readonly locale: string | null;
  readonly groupIds: readonly number[];
  /** What an agent may see: null is everything. */
  readonly ticketRestriction: 'organization' | 'groups' | 'assigned' | 'requested' | null;
  readonly organizationId: number | null;
}

/** How long things took so far, in calendar minutes, and the nearest service level target. */
export interface TicketTiming {
  readonly reopens: number;
  /** Public replies of agents. */
  readonly replies: number;
  readonly requesterWaitMinutes: number | null;
  /** Null: no active target. */
  readonly nextBreachAt: string | null;
}

export interface TicketWithComments {
  readonly ticket: Ticket;
  /** Null when Zendesk said nothing about it. */
  readonly timing: TicketTiming | null;
  readonly comments: readonly Comment[];
  /** Comments of the ticket that were not fetched (very long tickets keep the first and the newest). */
  readonly commentsLeftOut: number;
  readonly requesterName: string | null;
}

/** What a value of the account is called; changes rarely and is no ticket content. */
export interface AccountShape {
  readonly groups: readonly { readonly id: number; readonly name: string }[];
  /** Active drop-down fields with their options. */
  readonly dropDowns: readonly {
    readonly id: number;
    readonly title: string;
    readonly options: readonly { readonly name: string; readonly value: string }[];
  }[];
  /** Active custom fields that hold a number. */
  readonly numbers: readonly { readonly id: number; readonly title: string }[];
}

export interface Article {
  readonly id: number;
  readonly title: string;
  readonly text: string;
  readonly url: string;
  readonly locale: string;
  /** Not a draft and open to everybody. */
  readonly public: boolean;
  readonly updatedAt: string;
}

export interface Macro {
  readonly id: number;
  readonly title: string;
  readonly description: string | null;
  readonly active: boolean;
  readonly actions: readonly { readonly field: string; readonly value: unknown }[];
  readonly restriction: JsonObject | null;
}

/** A macro as the account keeps it, active or not. */
export interface AccountMacro extends Macro {
  /** ISO 8601. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** How often anybody applied it in the last 30 days; null when Zendesk did not say. */
  readonly usedIn30Days: number | null;
}

export interface MacroPage {
  readonly macros: readonly AccountMacro[];
  /** Where the next page begins; null: this was the last. */
  readonly next: string | null;
  /** All macros of the account; null when Zendesk did not say. */
  readonly total: number | null;
}

/** What is counted of a ticket. */
export interface TaggedTicket {
  readonly id: number;
  readonly externalId: string | null;
  readonly requesterId: number;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly tags: readonly string[];
}

export interface TicketAudit {
  readonly id: number;
  /** Of a change that was ours. */
  readonly deliveryId: string | null;
  readonly authorId: number;
  readonly createdAt: string;
  readonly changes: readonly {
    readonly field: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
}

/** A piece of work on one account: abort signal, and a counter of round trips for the receipt. */
export interface HelpDeskCall {
  readonly connection: HelpDeskConnection;
  readonly signal: AbortSignal;
  readonly onRoundTrip?: () => void;
}

/** Zendesk. Every operation throws a `ProblemError` and never one with a body of Zendesk's. */
export interface HelpDesk extends HelpDeskChanges, HelpDeskConversations {
  ticketWithComments(call: HelpDeskCall, ticketId: number): Promise<Transient<TicketWithComments>>;
  /** What changed on a ticket, from its first step on; 100 steps a page, five pages unless fewer are asked for. */
  audits(
    call: HelpDeskCall,
    ticketId: number,
    options?: { readonly pages: number },
  ): Promise<Transient<readonly TicketAudit[]>>;
  user(call: HelpDeskCall, userId: number): Promise<Transient<ZendeskUser>>;
  /** Tickets that Zendesk's search finds for the words: `solved` or closed ones, or those still `open` in any way. */
  searchTickets(
    call: HelpDeskCall,
    words: Transient<readonly string[]>,
    options: {
      readonly state: 'solved' | 'open';
      readonly brandId: number | null;
      readonly limit: number;
    },
  ): Promise<Transient<readonly Ticket[]>>;
  /** A requester's newest tickets, at most 100, newest first. */
  requesterTickets(call: HelpDeskCall, requesterId: number): Promise<Transient<readonly Ticket[]>>;
  /** Tickets with a tag that were created since a day (`YYYY-MM-DD`, UTC), at most 10,000. */
  taggedTickets(
    call: HelpDeskCall,
    wanted: { readonly tag: string; readonly since: string },
  ): Promise<Transient<readonly TaggedTicket[]>>;
  /** Groups and drop-down fields, kept in memory for at most ten minutes. */
  accountShape(call: HelpDeskCall): Promise<Transient<AccountShape>>;
  /** Help Center articles for the words. */
  searchArticles(
    call: HelpDeskCall,
    words: Transient<readonly string[]>,
    options: { readonly locale: string | null; readonly limit: number },
  ): Promise<Transient<readonly Article[]>>;
  macros(call: HelpDeskCall): Promise<Transient<readonly Macro[]>>;
  /**
   * A page of all macros of the account: `newest` changed first, or in an order that changes do not disturb. What the
   * account has set up is no ticket content: it may be kept, sealed. Throws `internal` for a place that Zendesk no longer knows.
   */
  macroPage(call: HelpDeskCall, order: 'newest' | 'steady', at: string | null): Promise<MacroPage>;
  /** One macro as it is now. Throws `not-found`. */
  macro(call: HelpDeskCall, macroId: number): Promise<Transient<Macro>>;
  /** Proves that the access works and says what it may do; sends no content. */
  checkConnection(
    call: HelpDeskCall,
  ): Promise<{ readonly scopes: readonly string[]; readonly userId: number }>;
  /** Forgets the access kept in memory and revokes it at Zendesk; nothing to do for access that is kept elsewhere. */
  endAccess(call: HelpDeskCall): Promise<void>;
  /** The app's public key (PEM) for the sidebar's signed tokens. */
  appPublicKey(call: Pick<HelpDeskCall, 'connection' | 'signal'>, appId: number): Promise<string>;
}
