import type { ContentComment, ContentTicket } from '../content/content.ts';
import type { Account } from './account.ts';
import { htmlToText } from './html-text.ts';
import { syncFieldsFromTags } from './ticket-fields.ts';
import { toTimestamp } from './model.ts';
import type { AuditEvent, StoredAudit, StoredComment, StoredTicket, SystemMetadata, Via } from './model.ts';

const PLACES: readonly (readonly [string, number, number])[] = [
  ['Seattle, WA, United States', 47.6, -122.33],
  ['Manchester, England, United Kingdom', 53.48, -2.24],
  ['Hamburg, Germany', 53.55, 9.99],
  ['Sevilla, Spain', 37.39, -5.98],
  ['Sarajevo, Bosnia and Herzegovina', 43.86, 18.41],
];

/** Where the simulator says a person wrote from: a documentation address and a place, the same one each time. */
export function systemMetadataOf(userId: number): SystemMetadata {
  const [location, latitude, longitude] = PLACES[userId % PLACES.length] ?? ['Unknown', 0, 0];
  return {
    client: 'Mozilla/5.0 (X11; Linux x86_64) InDeskSimulator/1.0',
    ip_address: `203.0.113.${userId % 254}`,
    location,
    latitude,
    longitude,
  };
}

/** Gives a `via` of the channel, without particulars. */
export function viaOf(channel: string): Via {
  return { channel, source: { from: {}, to: {}, rel: null } };
}

/** Makes stored tickets of content: comments, audits and metrics as if each step had been taken in Zendesk. */
export function* buildTickets(account: Account, tickets: readonly ContentTicket[]): Generator<StoredTicket> {
  for (const content of tickets) yield buildTicket(account, content);
}

/** Makes one stored ticket of content; the caller files it. */
export function buildTicket(account: Account, content: ContentTicket): StoredTicket {
  const requester = account.users.get(content.requester);
  const via = viaOf(content.comments[0]?.author === content.requester ? 'email' : 'web');
  const createdAt = toTimestamp(Date.parse(content.created_at));
  const comments: StoredComment[] = [];
  const audits: StoredAudit[] = [];
  for (const [position, source] of content.comments.entries()) {
    const comment = buildComment(account, source, via);
    comments.push(comment);
    audits.push(buildAudit(account, comment, position === 0 ? createEvents(account, content) : []));
  }
  const closing = content.status === 'new' || content.status === 'open' ? undefined : audits.at(-1);
  if (closing !== undefined) {
    const change = { field_name: 'status', value: content.status, previous_value: 'open' };
    const events: AuditEvent[] = [...closing.events, { id: account.nextId(), type: 'Change', ...change }];
    audits[audits.length - 1] = { ...closing, events };
  }
  const updatedAt = comments.at(-1)?.createdAt ?? createdAt;
  const tags = [...new Set(content.tags.map((tag) => tag.toLowerCase()))];
  const values = new Map(content.custom_fields.map((field) => [field.id, field.value]));
  return {
    id: content.id,
    externalId: content.external_id ?? null,
    subject: content.subject,
    status: content.status,
    priority: content.priority,
    type: content.type,
    requesterId: content.requester,
    submitterId: content.comments[0]?.author ?? content.requester,
    assigneeId: content.assignee,
    groupId: content.group,
    organizationId: requester?.organizationId ?? null,
    brandId: content.brand ?? account.defaultBrandId,
    tags,
    customFields: syncFieldsFromTags(account.ticketFields, values, tags),
    problemId: null,
    dueAt: null,
    collaboratorIds: [],
    followerIds: [],
    followupSourceId: null,
    followupIds: [],
    fromMessagingChannel: false,
    satisfaction:
      content.satisfaction === null || content.satisfaction === undefined
        ? null
        : {
            id: account.nextId(),
            score: content.satisfaction.score,
            comment: content.satisfaction.comment ?? null,
            createdAt: updatedAt,
          },
    via,
    createdAt,
    updatedAt,
    generatedAt: updatedAt,
    metrics: measure(account, comments, content, createdAt),
    comments,
    audits,
  };
}

function buildComment(account: Account, source: ContentComment, via: Via): StoredComment {
  return {
    id: account.nextId(),
    auditId: account.nextId(),
    authorId: source.author,
    html: source.html,
    text: htmlToText(source.html),
    public: source.public,
    attachments: source.attachments.map((file) => ({
      id: account.nextId(),
      fileName: file.file_name,
      contentType: file.content_type,
      size: file.size,
    })),
    via: account.users.get(source.author)?.role === 'end-user' ? via : viaOf('web'),
    system: systemMetadataOf(source.author),
    createdAt: toTimestamp(Date.parse(source.created_at)),
  };
}

function buildAudit(account: Account, comment: StoredComment, more: readonly AuditEvent[]): StoredAudit {
  return {
    id: comment.auditId,
    authorId: comment.authorId,
    createdAt: comment.createdAt,
    custom: {},
    system: comment.system,
    via: comment.via,
    events: [commentEvent(comment), ...more],
  };
}

/** The audit event of a comment: it shares the comment's id, the text is looked up when it is shown. */
export function commentEvent(comment: StoredComment): AuditEvent {
  return { id: comment.id, type: 'Comment' };
}

function createEvents(account: Account, content: ContentTicket): AuditEvent[] {
  const fields: readonly (readonly [string, unknown])[] = [
    ['subject', content.subject],
    ['requester_id', String(content.requester)],
    ['status', content.comments[0]?.author === content.requester ? 'new' : 'open'],
    ['priority', content.priority],
    ['type', content.type],
    ['group_id', content.group === null ? null : String(content.group)],
    ['assignee_id', content.assignee === null ? null : String(content.assignee)],
    ['tags', content.tags],
  ];
  return fields
    .filter(([, value]) => value !== null)
    .map(([field_name, value]) => ({ id: account.nextId(), type: 'Create', field_name, value }));
}

function measure(
  account: Account,
  comments: readonly StoredComment[],
  content: ContentTicket,
  createdAt: string,
): StoredTicket['metrics'] {
  const isStaff = (id: number): boolean => account.users.get(id)?.role !== 'end-user';
  const replies = comments.slice(1).filter((comment) => comment.public && isStaff(comment.authorId));
  const latest = comments.at(-1)?.createdAt ?? createdAt;
  const done = content.status === 'solved' || content.status === 'closed';
  return {
    reopens: content.tags.includes('reopened') ? 1 : 0,
    replies: replies.length,
    firstReplyAt: replies[0]?.createdAt ?? null,
    solvedAt: done ? latest : null,
    assignedAt: content.assignee === null ? null : createdAt,
    initiallyAssignedAt: content.assignee === null ? null : createdAt,
    statusUpdatedAt: content.status === 'new' ? createdAt : latest,
    requesterUpdatedAt:
      comments.findLast((comment) => comment.authorId === content.requester)?.createdAt ?? createdAt,
    latestCommentAt: latest,
  };
}
