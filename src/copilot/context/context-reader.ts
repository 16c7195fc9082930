import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type {
  HelpDesk,
  HelpDeskCall,
  Ticket,
  TicketWithComments,
  ZendeskUser,
} from '../../ports/help-desk.ts';
import { textOf as macroText, type MacroLibrary } from '../macros/macro-library.ts';
import { mayUse } from '../../services/macros/macro-text.ts';
import type { LeadSettings } from '../../services/settings/lead-settings.ts';
import type { Context, ContextCatalogue, Need } from './catalogue.ts';
import { courseOf } from '../evidence/ticket-course.ts';
import { countTickets } from '../classify/ticket-space.ts';
import { textOf } from '../evidence/duplicates.ts';
import { compared, comparedConversation } from '../evidence/tickets.ts';
import { proposeValues } from '../evidence/triage-values.ts';
import type { Meanings } from '../ranking/meanings.ts';
import { findNeighbours, optional } from './find-neighbours.ts';
import { likenessTo } from './likeness.ts';
import { findSources } from './find-sources.ts';
import { joinSources, knowledgeSources, type SearchKnowledge } from './knowledge-sources.ts';
import { readHistory } from './read-history.ts';
import { readSolved } from './read-solved.ts';

export interface ContextArguments {
  readonly helpDesk: HelpDesk;
  /** Throws `zendesk-not-connected`. */
  readonly helpDeskCall: () => HelpDeskCall;
  readonly ticketId: number | null;
  /**
   * Whose right to the tickets counts; throws `forbidden` when no agent asks. `nobody`: a job of ours, which shows nothing
   * to anybody and only decides what to write to the ticket itself; the brands of the connection hold for it too.
   */
  readonly agentId: (() => number) | 'nobody';
  readonly lead: LeadSettings;
  readonly macros: (call: HelpDeskCall) => Promise<Transient<MacroLibrary>>;
  /** What is asked about the ticket, to look for sources with. */
  readonly question?: Transient<string> | undefined;
  /** Searches the knowledge attached to the copilot; undefined where none can be. */
  readonly knowledge?: SearchKnowledge;
  /** Likeness by meaning; undefined where there is no local model to ask. */
  readonly meanings?: Pick<Meanings, 'compare' | 'classify'>;
  readonly onStage: (stage: 'reading-ticket' | 'finding-sources') => void;
}

type Fetched = { readonly [N in Need]: Promise<Transient<ContextCatalogue[N]>> };
type Fetchers = {
  readonly [N in Need]: (reader: ContextReader) => Promise<Transient<ContextCatalogue[N]>>;
};

/** How each need is fetched. All but the ticket start once the agent's right to it is known, side by side. */
const fetchers: Fetchers = {
  agent: async ({ about, helpDeskCall }) => {
    if (about.agentId === 'nobody') throw new ProblemError('forbidden');
    return about.helpDesk.user(helpDeskCall, about.agentId());
  },
  ticket: (reader) => reader.fetchTicket(),
  sources: async ({ about, helpDeskCall, need }) => {
    const ticket = await need('ticket');
    about.onStage('finding-sources');
    const { knowledge, question = Transient.of('') } = about;
    const [found, passages] = await Promise.all([
      findSources(about.helpDesk, helpDeskCall, ticket, question, () => need('solvedConversations')),
      knowledge === undefined
        ? Transient.of([])
        : optional(knowledgeSources(knowledge, ticket, question), helpDeskCall.signal),
    ]);
    return Transient.all([passages, found]).map(([list, others]) => joinSources(list, others));
  },
  solvedConversations: async ({ about, helpDeskCall, need }) =>
    readSolved(about.helpDesk, helpDeskCall, ...(await Promise.all([need('ticket'), need('neighbours')]))),
  neighbours: async (reader) =>
    findNeighbours(
      reader.about.helpDesk,
      reader.helpDeskCall,
      await reader.need('ticket'),
      await reader.allowedTickets(),
    ),
  countedSolved: async ({ need }) =>
    (await need('neighbours')).map(({ solved }) => countTickets(solved.map(compared))),
  ticketMeanings: async ({ about, helpDeskCall, need }) => {
    const [ticket, neighbours] = await Promise.all([need('ticket'), need('neighbours')]);
    const others = neighbours.map(({ solved, open }) =>
      [...solved, ...open].map((other) => ({ id: other.id, text: textOf(compared(other)) })),
    );
    return likenessTo(about.meanings, { ...whose(helpDeskCall), kind: 'tickets' }, ticket, others);
  },
  macroMeanings: async ({ about, helpDeskCall, need }) => {
    const [ticket, macros] = await Promise.all([need('ticket'), need('macros')]);
    const others = macros.map(({ library, usable }) =>
      library.macros
        .filter(({ id }) => usable.has(id))
        .map((macro) => ({ id: macro.id, text: macroText(macro) })),
    );
    return likenessTo(about.meanings, { ...whose(helpDeskCall), kind: 'macros' }, ticket, others);
  },
  intentMeaning: async ({ about, helpDeskCall, need }) => {
    const ticket = await need('ticket');
    const examples = about.lead.intents.flatMap(({ examples: texts }, label) =>
      texts.map((text) => ({ text, label })),
    );
    const found = await about.meanings?.classify(
      { ...whose(helpDeskCall), kind: 'intents' },
      ticket.map((conversation) => textOf(comparedConversation(conversation))),
      Transient.of(examples),
    );
    return found ?? Transient.of(null);
  },
  requesterTickets: async (reader) => {
    const { about, helpDeskCall, need } = reader;
    const ticket = await need('ticket');
    const id = ticket.measure((one) => one.ticket.id);
    const found = await about.helpDesk.requesterTickets(
      helpDeskCall,
      ticket.measure((one) => one.ticket.requesterId),
    );
    return Transient.all([found, await reader.allowedTickets()]).map(([tickets, allowed]) =>
      tickets.filter((other) => other.id !== id && allowed(other)),
    );
  },
  history: async ({ about, helpDeskCall, need }) =>
    readHistory(about.helpDesk, helpDeskCall, await optional(need('requesterTickets'), helpDeskCall.signal)),
  audits: async ({ about, helpDeskCall, need }) => {
    const ticket = await need('ticket');
    return about.helpDesk.audits(
      helpDeskCall,
      ticket.measure((one) => one.ticket.id),
    );
  },
  course: async ({ about, helpDeskCall, need }) => {
    const ticket = await need('ticket');
    const id = ticket.measure((one) => one.ticket.id);
    // One page: an opening must not wait for more in a row.
    const [audits, others] = await Promise.all([
      optional(about.helpDesk.audits(helpDeskCall, id, { pages: 1 }), helpDeskCall.signal),
      optional(need('requesterTickets'), helpDeskCall.signal),
    ]);
    return Transient.all([audits, others]).map(([steps, tickets]) => courseOf(steps, tickets));
  },
  account: async ({ about, helpDeskCall }) => about.helpDesk.accountShape(helpDeskCall),
  macros: async ({ about, helpDeskCall, need }) => {
    const [agent, library] = await Promise.all([need('agent'), about.macros(helpDeskCall)]);
    return Transient.all([agent, library]).map(([user, all]) => ({
      library: all,
      usable: new Set(all.macros.filter((macro) => mayUse(macro.restriction, user)).map(({ id }) => id)),
    }));
  },
  proposal: async ({ need }) => {
    const read = await Promise.all([
      need('ticket'),
      need('neighbours'),
      need('account'),
      need('countedSolved'),
    ]);
    return Transient.all(read).map(([conversation, { solved }, shape, corpus]) => ({
      values: proposeValues(conversation, solved, shape, corpus),
      compared: solved.length,
    }));
  },
  lead: async ({ about }) => Transient.of(about.lead),
};

/** Fetches what features need for one ticket, each need once, however many features ask for it. */
export class ContextReader {
  readonly about: Omit<ContextArguments, 'helpDeskCall'>;
  readonly #call: () => HelpDeskCall;
  readonly #fetched: { -readonly [N in Need]?: Fetched[N] } = {};

  constructor(about: ContextArguments) {
    this.about = about;
    this.#call = about.helpDeskCall;
  }

  get helpDeskCall(): HelpDeskCall {
    return this.#call();
  }

  /** One need; what several features share is fetched once. */
  readonly need = <N extends Need>(name: N): Promise<Transient<ContextCatalogue[N]>> => {
    const known = this.#fetched[name];
    if (known !== undefined) return known as Promise<Transient<ContextCatalogue[N]>>;
    const fetching = fetchers[name](this) as Promise<Transient<ContextCatalogue[N]>>;
    // Whoever needs it sees the failure; nobody may be needing it any more.
    fetching.catch(() => undefined);
    (this.#fetched as Record<N, unknown>)[name] = fetching;
    return fetching;
  };

  /** Everything a feature lists. */
  async read(needs: readonly Need[]): Promise<Transient<Context<Need>>> {
    const fetched = await Promise.all(needs.map(async (name) => [name, await this.need(name)] as const));
    return Transient.join(Object.fromEntries(fetched)) as unknown as Transient<Context<Need>>;
  }

  /** The ticket, once Zendesk says that this agent may see it: the copilot must not show more. */
  async fetchTicket(): Promise<Transient<TicketWithComments>> {
    const { helpDesk, ticketId, onStage } = this.about;
    const { helpDeskCall } = this;
    if (ticketId === null) throw new ProblemError('ticket-not-found');
    onStage('reading-ticket');
    const [ticket, agent] = await Promise.all([
      helpDesk.ticketWithComments(helpDeskCall, ticketId),
      this.about.agentId === 'nobody' ? undefined : this.need('agent'),
    ]);
    refuseUnlessAllowed(ticket, agent, helpDeskCall.connection.brandIds);
    return ticket;
  }

  /** Which other tickets the agent may see; what is shown beside a ticket follows the same rule. */
  async allowedTickets(): Promise<Transient<(other: Ticket) => boolean>> {
    const { brandIds } = this.helpDeskCall.connection;
    if (this.about.agentId === 'nobody') return Transient.of((other) => isCovered(other, brandIds));
    return (await this.need('agent')).map(
      (agent) => (other) => maySee(agent, other) && isCovered(other, brandIds),
    );
  }
}

const whose = ({ connection, signal }: HelpDeskCall) => ({
  subscriptionId: connection.subscriptionId,
  signal,
});

function refuseUnlessAllowed(
  ticket: Transient<TicketWithComments>,
  agent: Transient<ZendeskUser> | undefined,
  brandIds: readonly number[] | null,
): void {
  if (
    agent !== undefined &&
    !Transient.all([ticket, agent]).measure(([{ ticket: t }, user]) => maySee(user, t))
  )
    throw new ProblemError('ticket-not-allowed');
  if (!ticket.measure(({ ticket: t }) => isCovered(t, brandIds)))
    throw new ProblemError('ticket-brand-not-covered');
}

/** Zendesk's own rule of what an agent may see, read anew for this call. */
function maySee(user: ZendeskUser, ticket: Ticket): boolean {
  if (user.role === 'end-user') return false;
  switch (user.ticketRestriction) {
    case null:
      return true;
    case 'groups':
      return ticket.groupId !== null && user.groupIds.includes(ticket.groupId);
    case 'assigned':
      return ticket.assigneeId === user.id;
    case 'requested':
      return ticket.requesterId === user.id;
    case 'organization':
      return ticket.organizationId !== null && ticket.organizationId === user.organizationId;
  }
}

const isCovered = ({ brandId }: Ticket, brandIds: readonly number[] | null): boolean =>
  brandIds === null || (brandId !== null && brandIds.includes(brandId));
