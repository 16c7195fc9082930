import type { Account } from './account.ts';
import type { FieldProblem } from './api-error.ts';
import { ApiError, invalidField, parameterMissing, recordInvalid } from './api-error.ts';
import { systemMetadataOf, viaOf } from './build-tickets.ts';
import { readComment } from './read-comment.ts';
import { assignFields } from './assign-fields.ts';
import type { FieldProblems } from './assign-fields.ts';
import { isJson, toTimestamp, textOf } from './model.ts';
import type { AuditEvent, Json, StoredAudit, StoredComment, StoredTicket, User } from './model.ts';

const MAXIMUM_COMMENTS = 5000;

/** Field names as audits spell them, with the way to read them off a ticket. */
const AUDITED: readonly (readonly [string, (ticket: StoredTicket) => unknown])[] = [
  ['subject', (ticket) => ticket.subject],
  ['status', (ticket) => ticket.status],
  ['priority', (ticket) => ticket.priority],
  ['type', (ticket) => ticket.type],
  ['requester_id', (ticket) => idText(ticket.requesterId)],
  ['assignee_id', (ticket) => idText(ticket.assigneeId)],
  ['group_id', (ticket) => idText(ticket.groupId)],
  ['organization_id', (ticket) => idText(ticket.organizationId)],
  ['brand_id', (ticket) => idText(ticket.brandId)],
  ['external_id', (ticket) => ticket.externalId],
  ['problem_id', (ticket) => idText(ticket.problemId)],
  ['due_at', (ticket) => ticket.dueAt],
  ['tags', (ticket) => ticket.tags],
];

/**
 * Changes a ticket the way `PUT /tickets/{id}` does, all or nothing, and gives the audit.
 * Throws `ApiError`: 409 for a stale safe update, 422 for values that may not be.
 */
export function updateTicket(account: Account, ticket: StoredTicket, input: Json, actor: User): StoredAudit {
  if (ticket.status === 'closed') {
    throw invalidField('status', 'Status: closed prevents ticket update', 'InvalidValue');
  }
  checkSafeUpdate(ticket, input);
  const at = toTimestamp(Date.now());
  const auditId = account.nextId();
  const draft: StoredTicket = { ...ticket, metrics: { ...ticket.metrics } };
  const problems: FieldProblems = {};
  const comment =
    input['comment'] === undefined
      ? null
      : readComment(account, input['comment'], {
          actor,
          auditId,
          at,
          inherited: firstIsPublic(ticket),
          problems,
        });
  assignFields(account, draft, input, actor, problems, ticket);
  checkRoom(ticket, comment, problems);
  if (Object.keys(problems).length > 0) throw recordInvalid(problems);
  if (comment !== null) countComment(account, draft, comment, input);
  checkRequiredOnSolve(account, draft, ticket);
  const events: AuditEvent[] = comment === null ? [] : [{ id: comment.id, type: 'Comment' }];
  events.push(...changeEvents(account, ticket, draft));
  if (events.length > 0) draft.updatedAt = at;
  draft.generatedAt = at;
  trackStatus(draft, ticket, at);
  Object.assign(ticket, draft);
  Object.assign(ticket.metrics, draft.metrics);
  if (comment !== null) ticket.comments.push(comment);
  const audit = addAudit(ticket, { id: auditId, at, actor, custom: input['metadata'], events });
  account.announce(ticket, auditId, false);
  return audit;
}

/**
 * Makes a ticket the way `POST /tickets` does and files it. The first comment is public unless it
 * says otherwise. Throws `ApiError`: 400 without a comment, 422 for values that may not be.
 */
export function createTicket(
  account: Account,
  input: Json,
  actor: User,
): { ticket: StoredTicket; audit: StoredAudit } {
  if (!isJson(input['comment']) && typeof input['description'] !== 'string')
    throw parameterMissing('comment');
  const at = toTimestamp(Date.now());
  const auditId = account.nextId();
  const problems: FieldProblems = {};
  const requester = readRequester(account, input, actor);
  const submitter = account.users.get(Number(input['submitter_id'] ?? requester.id)) ?? requester;
  const words = input['comment'] ?? { body: input['description'] };
  const comment = readComment(account, words, { actor: submitter, auditId, at, inherited: true, problems });
  const draft = blankTicket(account, requester, submitter, at);
  const blank = { ...draft };
  assignFields(
    account,
    draft,
    { status: undefined, ...input, requester_id: undefined },
    actor,
    problems,
    null,
  );
  if (comment === null || Object.keys(problems).length > 0) throw recordInvalid(problems);
  const source = findFollowUpSource(account, input);
  const followupSourceId = source?.id ?? null;
  const ticket: StoredTicket = {
    ...draft,
    id: account.nextTicketId(),
    followupSourceId,
    comments: [comment],
  };
  if (source !== null) source.followupIds = [...source.followupIds, ticket.id];
  const events: AuditEvent[] = [{ id: comment.id, type: 'Comment' }];
  for (const [field_name, read] of AUDITED) {
    const value = read(ticket);
    if (value !== null && value !== '' && (!Array.isArray(value) || value.length > 0)) {
      events.push({ id: account.nextId(), type: 'Create', field_name, value });
    }
  }
  events.push(...customFieldEvents(account, blank, ticket, 'Create'));
  const audit = addAudit(ticket, { id: auditId, at, actor: submitter, custom: input['metadata'], events });
  account.addTicket(ticket);
  account.announce(ticket, auditId, true);
  return { ticket, audit };
}

/** Throws 409 when `safe_update` is asked for and the ticket changed after `updated_stamp`. */
export function checkSafeUpdate(ticket: StoredTicket, input: Json): void {
  if (input['safe_update'] !== true && input['safe_update'] !== 'true') return;
  const stamp = Date.parse(textOf(input['updated_stamp']));
  if (Number.isNaN(stamp)) throw parameterMissing('updated_stamp');
  if (stamp >= Date.parse(ticket.updatedAt)) return;
  throw new ApiError(409, {
    error: 'UpdateConflict',
    description:
      'Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again.',
  });
}

function checkRoom(ticket: StoredTicket, comment: StoredComment | null, problems: FieldProblems): void {
  if (comment === null || ticket.comments.length < MAXIMUM_COMMENTS) return;
  const description = `Comments: a ticket may have at most ${MAXIMUM_COMMENTS} comments`;
  problems['base'] = [{ description, error: 'TooManyComments' }];
}

function firstIsPublic(ticket: StoredTicket): boolean {
  return ticket.comments[0]?.public ?? true;
}

// Zendesk reopens a ticket when its customer writes again, unless the same update says a status.
function countComment(account: Account, draft: StoredTicket, comment: StoredComment, input: Json): void {
  const byCustomer = account.users.get(comment.authorId)?.role === 'end-user';
  draft.metrics.latestCommentAt = comment.createdAt;
  if (byCustomer) {
    draft.metrics.requesterUpdatedAt = comment.createdAt;
    if (input['status'] === undefined && draft.status !== 'new' && draft.status !== 'open')
      draft.status = 'open';
  } else if (comment.public) {
    draft.metrics.replies += 1;
    draft.metrics.firstReplyAt ??= comment.createdAt;
  }
}

function trackStatus(draft: StoredTicket, before: StoredTicket, at: string): void {
  const { metrics } = draft;
  if (draft.assigneeId !== before.assigneeId && draft.assigneeId !== null) {
    metrics.assignedAt = at;
    metrics.initiallyAssignedAt ??= at;
  }
  if (draft.status === before.status) return;
  metrics.statusUpdatedAt = at;
  if (draft.status === 'solved' || draft.status === 'closed') metrics.solvedAt ??= at;
  else if (before.status === 'solved') {
    metrics.reopens += 1;
    metrics.solvedAt = null;
  }
}

function checkRequiredOnSolve(account: Account, draft: StoredTicket, before: StoredTicket): void {
  if (draft.status !== 'solved' || before.status === 'solved') return;
  const base: FieldProblem[] = [];
  for (const field of account.ticketFields.values()) {
    const value = draft.customFields.get(field.id) ?? null;
    if (!field.required || field.system || (value !== null && value !== '')) continue;
    base.push({
      description: `${field.title}: is required when solving a ticket`,
      error: 'BlankValue',
      ticket_field_id: field.id,
      ticket_field_type: field.type,
    });
  }
  if (base.length > 0) throw recordInvalid({ base });
}

function changeEvents(account: Account, before: StoredTicket, after: StoredTicket): AuditEvent[] {
  const events: AuditEvent[] = [];
  for (const [field_name, read] of AUDITED) {
    const value = read(after);
    const previous_value = read(before);
    if (JSON.stringify(value) !== JSON.stringify(previous_value)) {
      events.push({ id: account.nextId(), type: 'Change', field_name, value, previous_value });
    }
  }
  events.push(...customFieldEvents(account, before, after, 'Change'));
  return events;
}

function customFieldEvents(
  account: Account,
  before: StoredTicket,
  after: StoredTicket,
  type: 'Create' | 'Change',
): AuditEvent[] {
  const events: AuditEvent[] = [];
  for (const [id, value] of after.customFields) {
    const previous_value = before.customFields.get(id) ?? null;
    if (JSON.stringify(previous_value) === JSON.stringify(value)) continue;
    const change = type === 'Create' ? { value } : { value, previous_value };
    events.push({ id: account.nextId(), type, field_name: String(id), ...change });
  }
  return events;
}

function addAudit(
  ticket: StoredTicket,
  made: { id: number; at: string; actor: User; custom: unknown; events: readonly AuditEvent[] },
): StoredAudit {
  const audit: StoredAudit = {
    id: made.id,
    authorId: made.actor.id,
    createdAt: made.at,
    custom: isJson(made.custom) ? made.custom : {},
    system: systemMetadataOf(made.actor.id),
    via: viaOf('api'),
    events: made.events,
  };
  ticket.audits.push(audit);
  return audit;
}

function readRequester(account: Account, input: Json, actor: User): User {
  const source = input['requester'];
  if (isJson(source) && input['requester_id'] === undefined) {
    const email =
      typeof source['email'] === 'string' && source['email'].includes('@') ? source['email'] : null;
    const known = email === null ? undefined : account.findUserByEmail(email);
    if (known !== undefined) return known;
    const name = typeof source['name'] === 'string' ? source['name'].trim() : '';
    if (name === '' || email === null)
      throw invalidField('requester', 'Requester: name and email are needed', 'BlankValue');
    return account.addEndUser(name, email);
  }
  if (input['requester_id'] === undefined || input['requester_id'] === null) return actor;
  const user = account.users.get(Number(input['requester_id']));
  if (user === undefined) throw invalidField('requester', 'Requester: is not a known user');
  return user;
}

function blankTicket(account: Account, requester: User, submitter: User, at: string): StoredTicket {
  return {
    id: 0,
    externalId: null,
    subject: '',
    status: 'new',
    priority: null,
    type: null,
    requesterId: requester.id,
    submitterId: submitter.id,
    assigneeId: null,
    groupId: null,
    organizationId: requester.organizationId,
    brandId: account.defaultBrandId,
    tags: [],
    customFields: new Map(
      [...account.ticketFields.values()].filter((field) => !field.system).map((field) => [field.id, null]),
    ),
    problemId: null,
    dueAt: null,
    collaboratorIds: [],
    followerIds: [],
    followupSourceId: null,
    followupIds: [],
    fromMessagingChannel: false,
    satisfaction: null,
    via: viaOf('api'),
    createdAt: at,
    updatedAt: at,
    generatedAt: at,
    metrics: {
      reopens: 0,
      replies: 0,
      firstReplyAt: null,
      solvedAt: null,
      assignedAt: null,
      initiallyAssignedAt: null,
      statusUpdatedAt: at,
      requesterUpdatedAt: at,
      latestCommentAt: at,
    },
    comments: [],
    audits: [],
  };
}

function findFollowUpSource(account: Account, input: Json): StoredTicket | null {
  const id = input['via_followup_source_id'];
  if (id === undefined || id === null) return null;
  const source = account.tickets.get(Number(id));
  if (source?.status === 'closed') return source;
  throw invalidField('via_followup_source_id', 'Via followup source: has to be a closed ticket');
}

function idText(id: number | null): string | null {
  return id === null ? null : String(id);
}
