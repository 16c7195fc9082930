import type { TriageProposal } from '../../contract/abilities.ts';
import type { Source } from '../../contract/stream-events.ts';
import type {
  AccountShape,
  Ticket,
  TicketAudit,
  TicketWithComments,
  ZendeskUser,
} from '../../ports/help-desk.ts';
import type { TicketCourse } from '../evidence/ticket-course.ts';
import type { TicketCorpus } from '../classify/ticket-space.ts';
import type { LabelByMeaning } from '../ranking/meanings.ts';
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

/** What the requester asked before, as far as the agent may see it; empty when Zendesk does not say. */
export interface CustomerHistory {
  /** Newest first. */
  readonly tickets: readonly Ticket[];
  /** The newest of them, at most five, with their comments. */
  readonly conversations: readonly TicketWithComments[];
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
  /** The solved neighbours as their words are counted; counted once, whoever learns from them. */
  readonly countedSolved: TicketCorpus;
  /** The solved neighbours most like this ticket, at most three, with their comments. */
  readonly solvedConversations: readonly TicketWithComments[];
  /** Cosine of each neighbour to this ticket; empty without a model that finds tickets, or when it was not done in time. */
  readonly ticketMeanings: ReadonlyMap<number, number>;
  /** The same of macros. */
  readonly macroMeanings: ReadonlyMap<number, number>;
  /** Which of the lead's intents the ticket is nearest to by meaning, and how far that can be trusted; null as above. */
  readonly intentMeaning: LabelByMeaning | null;
  /** The requester's newest other tickets, newest first. */
  readonly requesterTickets: readonly Ticket[];
  readonly history: CustomerHistory;
  readonly audits: readonly TicketAudit[];
  /** What the ticket went through; what Zendesk does not tell counts as nothing. */
  readonly course: TicketCourse;
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
