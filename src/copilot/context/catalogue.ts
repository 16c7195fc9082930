import type { TriageProposal } from '../../contract/abilities.ts';
import type { Source } from '../../contract/stream-events.ts';
import type {
  AccountShape,
  Ticket,
  TicketAudit,
  TicketWithComments,
  ZendeskUser,
} from '../../ports/help-desk.ts';
import type { MacroLibrary } from '../macros/macro-library.ts';
import type { LeadSettings } from '../../services/settings/lead-settings.ts';

/** A passage found for the conversation, numbered as the model and the agent see it. */
export interface NumberedSource extends Source {
  readonly text: string;
}

export interface SourcesContext {
  readonly sources: readonly NumberedSource[];
}

/** Tickets that Zendesk's search finds for the words of this one, without it; each list in search order. */
export interface Neighbours {
  /** Solved or closed. */
  readonly solved: readonly Ticket[];
  /** New, open, pending or on hold. */
  readonly open: readonly Ticket[];
}

export interface MacrosContext {
  readonly library: MacroLibrary;
  /** Ids of the macros this agent may use. */
  readonly usable: ReadonlySet<number>;
}

/** Everything a feature can ask for; it sees only what it lists under `needs`. */
export interface ContextCatalogue {
  /** Who asks. */
  readonly agent: ZendeskUser;
  readonly ticket: TicketWithComments;
  readonly sources: SourcesContext;
  readonly neighbours: Neighbours;
  /** The solved neighbours most like this ticket, at most three, with their comments. */
  readonly solvedConversations: readonly TicketWithComments[];
  /** The requester's newest other tickets, newest first. */
  readonly requesterTickets: readonly Ticket[];
  readonly audits: readonly TicketAudit[];
  /** Groups, fields and tags of the account; no ticket content. */
  readonly account: AccountShape;
  /** The account's macros, what agents did with them, and which this agent may use. */
  readonly macros: MacrosContext;
  /** What agents chose in the solved neighbours; learned once, whoever asks. */
  readonly proposal: TriageProposal;
  /** What the support lead has set: intents, risk weights, scorecard. */
  readonly lead: LeadSettings;
}
export type Need = keyof ContextCatalogue;
export type Context<N extends Need> = Pick<ContextCatalogue, N>;
