/** A JSON object of unknown shape. */
export type Json = Record<string, unknown>;

/** Value of a ticket field: text, number, tick, several choices, or nothing. */
export type FieldValue = string | number | boolean | readonly string[] | null;

/** Where something came from, as every ticket, comment and audit carries it. */
export type Via = {
  readonly channel: string;
  readonly source: { readonly from: Json; readonly to: Json; readonly rel: string | null };
};

export type Role = 'end-user' | 'agent' | 'admin';
export type TicketStatus = 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed';
export type TicketPriority = 'low' | 'normal' | 'high' | 'urgent';
export type TicketType = 'problem' | 'incident' | 'question' | 'task';

/** Statuses in the order search compares them: `status<solved` means everything before solved. */
export const STATUSES: readonly TicketStatus[] = ['new', 'open', 'pending', 'hold', 'solved', 'closed'];
/** Priorities in the order search compares them. */
export const PRIORITIES: readonly TicketPriority[] = ['low', 'normal', 'high', 'urgent'];
/** Ticket types as the API spells them. */
export const TICKET_TYPES: readonly TicketType[] = ['problem', 'incident', 'question', 'task'];

/** A person of the account. Times are ISO-8601 UTC without fraction, here and below. */
export type User = {
  readonly id: number;
  name: string;
  email: string | null;
  phone: string | null;
  readonly role: Role;
  locale: string;
  organizationId: number | null;
  readonly groupIds: readonly number[];
  tags: readonly string[];
  notes: string | null;
  readonly ticketRestriction: 'groups' | 'assigned' | null;
  readonly createdAt: string;
  updatedAt: string;
};

export type Group = { readonly id: number; readonly name: string; readonly createdAt: string };
export type Organization = { readonly id: number; readonly name: string; readonly createdAt: string };
export type Brand = {
  readonly id: number;
  readonly name: string;
  readonly subdomain: string;
  readonly isDefault: boolean;
  readonly createdAt: string;
};

/** A system or custom ticket field; options exist for taggers and multiselects only. */
export type TicketField = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly required: boolean;
  readonly system: boolean;
  readonly options: readonly { readonly id: number; readonly name: string; readonly value: string }[];
};

export type Attachment = {
  readonly id: number;
  readonly fileName: string;
  readonly contentType: string;
  readonly size: number;
};

/** What Zendesk records about the device a comment came from; clients must strip it. */
export type SystemMetadata = {
  readonly client: string;
  readonly ip_address: string;
  readonly location: string;
  readonly latitude: number;
  readonly longitude: number;
};

export type StoredComment = {
  readonly id: number;
  readonly auditId: number;
  readonly authorId: number;
  readonly html: string;
  readonly text: string;
  public: boolean;
  readonly attachments: readonly Attachment[];
  readonly via: Via;
  readonly system: SystemMetadata;
  readonly createdAt: string;
};

export type AuditEvent = { readonly id: number; readonly type: string } & Json;

export type StoredAudit = {
  readonly id: number;
  readonly authorId: number;
  readonly createdAt: string;
  readonly custom: Json;
  readonly system: SystemMetadata;
  readonly via: Via;
  readonly events: readonly AuditEvent[];
};

export type Satisfaction = {
  readonly id: number;
  readonly score: string;
  readonly comment: string | null;
  readonly createdAt: string;
};

/** Counters behind a ticket's metric set. */
export type TicketMetrics = {
  reopens: number;
  replies: number;
  firstReplyAt: string | null;
  solvedAt: string | null;
  assignedAt: string | null;
  initiallyAssignedAt: string | null;
  statusUpdatedAt: string;
  requesterUpdatedAt: string;
  latestCommentAt: string;
};

/** A ticket as the simulator keeps it. Arrays are replaced, never changed in place, except comments and audits. */
export type StoredTicket = {
  readonly id: number;
  externalId: string | null;
  subject: string;
  status: TicketStatus;
  priority: TicketPriority | null;
  type: TicketType | null;
  requesterId: number;
  submitterId: number;
  assigneeId: number | null;
  groupId: number | null;
  organizationId: number | null;
  brandId: number;
  tags: readonly string[];
  customFields: ReadonlyMap<number, FieldValue>;
  problemId: number | null;
  dueAt: string | null;
  collaboratorIds: readonly number[];
  followerIds: readonly number[];
  followupSourceId: number | null;
  followupIds: readonly number[];
  fromMessagingChannel: boolean;
  satisfaction: Satisfaction | null;
  via: Via;
  readonly createdAt: string;
  updatedAt: string;
  generatedAt: string;
  readonly metrics: TicketMetrics;
  readonly comments: StoredComment[];
  readonly audits: StoredAudit[];
};

export type MacroAction = { readonly field: string; readonly value: string | readonly string[] };

export type Macro = {
  readonly id: number;
  readonly title: string;
  readonly description: string | null;
  readonly actions: readonly MacroAction[];
  readonly active: boolean;
  readonly restriction: {
    readonly type: string;
    readonly id: number;
    readonly ids?: readonly number[];
  } | null;
  readonly position: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Times this macro was applied, in epoch milliseconds, newest last. */
  readonly usedAt: number[];
};

export type Article = {
  readonly id: number;
  readonly title: string;
  readonly body: string;
  readonly section: string;
  readonly sectionId: number;
  readonly labels: readonly string[];
  readonly locale: string;
  readonly draft: boolean;
  readonly userSegmentId: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** Gives the API's timestamp: ISO-8601 UTC, whole seconds. */
export function toTimestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** True for plain JSON objects. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a JSON scalar; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
