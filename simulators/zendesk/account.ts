import type { AccountContent, ContentTicketField } from '../content/content.ts';
import { buildTickets } from './build-tickets.ts';
import { toTimestamp } from './model.ts';
import { SearchIndex } from './search-index.ts';
import type {
  Article,
  Attachment,
  Brand,
  Group,
  Macro,
  Organization,
  StoredTicket,
  TicketField,
  User,
} from './model.ts';

/** Id of the administrator the sandbox's OAuth client acts as; it belongs to no human agent. */
export const SERVICE_USER_ID = 9900;
const ACCOUNT_OPENED_AT = '2024-03-01T09:00:00Z';

const SYSTEM_FIELDS: readonly (readonly [id: number, type: string, title: string])[] = [
  [350001, 'subject', 'Subject'],
  [350002, 'description', 'Description'],
  [350003, 'status', 'Status'],
  [350004, 'tickettype', 'Type'],
  [350005, 'priority', 'Priority'],
  [350006, 'group', 'Group'],
  [350007, 'assignee', 'Assignee'],
];

/** What tests and the desk may change about the account while it runs. */
export type AccountSettings = {
  /** How long the search index lags behind writes, in milliseconds. */
  searchLagMilliseconds: number;
  /** How long a merge or bulk job takes, in milliseconds. */
  jobDurationMilliseconds: number;
};

/** Told about each ticket that was made or changed, with the kinds of change in webhook event words. */
export type TicketListener = (ticket: StoredTicket, auditId: number, created: boolean) => void;

/** The simulated Zendesk account: everything in memory, ids handed out in sequence. */
export class Account {
  readonly subdomain: string;
  readonly users = new Map<number, User>();
  readonly groups = new Map<number, Group>();
  readonly organizations = new Map<number, Organization>();
  readonly brands = new Map<number, Brand>();
  readonly ticketFields = new Map<number, TicketField>();
  readonly tickets = new Map<number, StoredTicket>();
  readonly macros = new Map<number, Macro>();
  readonly articles = new Map<number, Article>();
  readonly attachments = new Map<number, Attachment>();
  readonly attachmentDownloads = new Map<number, number>();
  readonly settings: AccountSettings = { searchLagMilliseconds: 0, jobDurationMilliseconds: 150 };
  readonly index: SearchIndex;
  readonly #listeners: TicketListener[] = [];
  #nextId = 40_000_001;
  #nextTicketId = 1;

  constructor(content: AccountContent, subdomain: string) {
    this.subdomain = subdomain;
    this.index = new SearchIndex(() => this.settings.searchLagMilliseconds);
    for (const group of content.groups) this.groups.set(group.id, { ...group, createdAt: ACCOUNT_OPENED_AT });
    for (const { default: isDefault, ...brand } of content.brands) {
      this.brands.set(brand.id, { ...brand, isDefault, createdAt: ACCOUNT_OPENED_AT });
    }
    this.#addFields(content.ticketFields);
    this.#addUsers(content);
    this.#addMacros(content);
    this.#addArticles(content);
    for (const ticket of buildTickets(this, content.tickets)) this.addTicket(ticket);
  }

  /** A fresh id for anything but tickets. */
  nextId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  /** The next ticket number; numbers of existing tickets are never given again. */
  nextTicketId(): number {
    this.#nextTicketId += 1;
    return this.#nextTicketId - 1;
  }

  /** Files a ticket and its attachments and makes it findable. */
  addTicket(ticket: StoredTicket): void {
    this.tickets.set(ticket.id, ticket);
    this.#nextTicketId = Math.max(this.#nextTicketId, ticket.id + 1);
    this.#fileAttachments(ticket);
    this.index.put(ticket);
  }

  /** Makes a changed ticket findable again and tells the listeners. */
  announce(ticket: StoredTicket, auditId: number, created: boolean): void {
    this.#fileAttachments(ticket);
    this.index.put(ticket);
    for (const listener of this.#listeners) listener(ticket, auditId, created);
  }

  /** Calls the listener after every change made over the API. */
  onTicketChange(listener: TicketListener): void {
    this.#listeners.push(listener);
  }

  /** The brand tickets get when none is named. */
  get defaultBrandId(): number {
    for (const brand of this.brands.values()) if (brand.isDefault) return brand.id;
    return this.brands.keys().next().value ?? 1;
  }

  /** Tag names in use with the number of tickets that carry them, most used first. */
  countTags(): [string, number][] {
    const counts = new Map<string, number>();
    for (const ticket of this.tickets.values()) {
      for (const tag of ticket.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
    return [...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1));
  }

  /** Looks a user up by e-mail, ignoring case. */
  findUserByEmail(email: string): User | undefined {
    const wanted = email.toLowerCase();
    for (const user of this.users.values()) if (user.email?.toLowerCase() === wanted) return user;
    return undefined;
  }

  /** Files a new end user. */
  addEndUser(name: string, email: string | null, locale = 'en-US'): User {
    const now = toTimestamp(Date.now());
    const user: User = {
      id: this.nextId(),
      name,
      email,
      phone: null,
      role: 'end-user',
      locale,
      organizationId: null,
      groupIds: [],
      tags: [],
      notes: null,
      ticketRestriction: null,
      createdAt: now,
      updatedAt: now,
    };
    this.users.set(user.id, user);
    return user;
  }

  #fileAttachments(ticket: StoredTicket): void {
    for (const comment of ticket.comments) {
      for (const attachment of comment.attachments) this.attachments.set(attachment.id, attachment);
    }
  }

  #addFields(fields: readonly ContentTicketField[]): void {
    for (const [id, type, title] of SYSTEM_FIELDS) {
      this.ticketFields.set(id, { id, type, title, required: false, system: true, options: [] });
    }
    for (const field of fields) {
      const options = field.options.map((option) => ({ id: this.nextId(), ...option }));
      this.ticketFields.set(field.id, { ...field, system: false, options });
    }
  }

  #addUsers(content: AccountContent): void {
    const groupIds = new Map(content.groups.map((group) => [group.name, group.id]));
    const organizationIds = new Map<string, number>();
    for (const { organization, groups, ticket_restriction, ...user } of content.users) {
      if (organization !== undefined && !organizationIds.has(organization)) {
        const id = 3_001 + organizationIds.size;
        organizationIds.set(organization, id);
        this.organizations.set(id, { id, name: organization, createdAt: ACCOUNT_OPENED_AT });
      }
      this.users.set(user.id, {
        ...user,
        organizationId: organization === undefined ? null : (organizationIds.get(organization) ?? null),
        groupIds: groups.flatMap((name) => groupIds.get(name) ?? []),
        ticketRestriction: ticket_restriction,
        createdAt: ACCOUNT_OPENED_AT,
        updatedAt: ACCOUNT_OPENED_AT,
      });
    }
    if (this.users.has(SERVICE_USER_ID)) return;
    this.users.set(SERVICE_USER_ID, {
      id: SERVICE_USER_ID,
      name: 'InDesk Connection',
      email: `indesk@${this.subdomain}.example`,
      phone: null,
      role: 'admin',
      locale: 'en-US',
      organizationId: null,
      groupIds: [...this.groups.keys()],
      tags: [],
      notes: null,
      ticketRestriction: null,
      createdAt: ACCOUNT_OPENED_AT,
      updatedAt: ACCOUNT_OPENED_AT,
    });
  }

  #addMacros(content: AccountContent): void {
    for (const [position, { restriction, ...macro }] of content.macros.entries()) {
      this.macros.set(macro.id, {
        ...macro,
        restriction: restriction === null || restriction === undefined ? null : withoutUndefined(restriction),
        position,
        createdAt: ACCOUNT_OPENED_AT,
        updatedAt: ACCOUNT_OPENED_AT,
        usedAt: [],
      });
    }
  }

  #addArticles(content: AccountContent): void {
    const sections = new Map<string, number>();
    for (const { user_segment_id, created_at, updated_at, ...article } of content.articles) {
      const sectionId = sections.get(article.section) ?? 6_001 + sections.size;
      sections.set(article.section, sectionId);
      const times = {
        createdAt: toTimestamp(Date.parse(created_at)),
        updatedAt: toTimestamp(Date.parse(updated_at)),
      };
      this.articles.set(article.id, { ...article, ...times, sectionId, userSegmentId: user_segment_id });
    }
  }
}

function withoutUndefined(restriction: { type: string; id: number; ids?: number[] | undefined }): {
  type: string;
  id: number;
  ids: number[];
} {
  return { ...restriction, ids: restriction.ids ?? [restriction.id] };
}
