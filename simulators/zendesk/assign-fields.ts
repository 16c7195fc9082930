import type { Account } from './account.ts';
import type { FieldProblem } from './api-error.ts';
import { normalizeTags, syncFieldsFromTags, syncTagsFromField } from './ticket-fields.ts';
import { isJson, PRIORITIES, STATUSES, TICKET_TYPES, toTimestamp, textOf } from './model.ts';
import type { FieldValue, Json, StoredTicket, User } from './model.ts';

/** Reasons why a ticket is refused, by field name. */
export type FieldProblems = Record<string, FieldProblem[]>;

type Change = {
  readonly account: Account;
  readonly draft: StoredTicket;
  readonly input: Json;
  readonly actor: User;
  readonly problems: FieldProblems;
};

/**
 * Writes the fields of an API body onto a draft, with Zendesk's side effects: assigning opens a new
 * ticket and picks the agent's group, drop-downs and tags follow each other. `before` is null on create.
 */
export function assignFields(
  account: Account,
  draft: StoredTicket,
  input: Json,
  actor: User,
  problems: FieldProblems,
  before: StoredTicket | null,
): void {
  const change: Change = { account, draft, input, actor, problems };
  assignTexts(change);
  assignChoices(change, before);
  assignPeople(change);
  // On creation the requester has been read already.
  if (before !== null) assignRequester(change);
  assignLinks(change);
  if (Array.isArray(input['tags'])) {
    draft.tags = normalizeTags(input['tags']);
    draft.customFields = syncFieldsFromTags(account.ticketFields, draft.customFields, draft.tags);
  }
  assignCustomFields(change);
}

function refuse(change: Change, field: string, description: string, error = 'InvalidValue'): void {
  (change.problems[field] ??= []).push({ description, error });
}

function assignTexts({ draft, input }: Change): void {
  if (typeof input['subject'] === 'string') draft.subject = input['subject'];
  if (typeof input['raw_subject'] === 'string') draft.subject = input['raw_subject'];
  const externalId = input['external_id'];
  if (externalId !== undefined) draft.externalId = externalId === null ? null : textOf(externalId);
  const due = Date.parse(textOf(input['due_at']));
  if (input['due_at'] !== undefined) draft.dueAt = Number.isNaN(due) ? null : toTimestamp(due);
}

function assignChoices(change: Change, before: StoredTicket | null): void {
  const { draft, input } = change;
  const status = STATUSES.find((word) => word === input['status']);
  if (status !== undefined) {
    if (status === 'new' && before !== null && before.status !== 'new') {
      refuse(change, 'status', 'Status: cannot be set back to New');
    } else draft.status = status;
  } else if (input['status'] !== undefined)
    refuse(change, 'status', `Status: ${textOf(input['status'])} is not a status`);

  const priority = PRIORITIES.find((word) => word === input['priority']);
  if (priority !== undefined) draft.priority = priority;
  else if (input['priority'] === null && draft.priority !== null) {
    refuse(change, 'priority', 'Priority: cannot be set back to none');
  } else if (input['priority'] !== undefined && input['priority'] !== null) {
    refuse(change, 'priority', `Priority: ${textOf(input['priority'])} is not a priority`);
  }

  const type = TICKET_TYPES.find((word) => word === input['type']);
  if (type !== undefined || input['type'] === null) draft.type = type ?? null;
  else if (input['type'] !== undefined)
    refuse(change, 'type', `Type: ${textOf(input['type'])} is not a ticket type`);
}

function assignRequester(change: Change): void {
  const { account, draft, input } = change;
  const wanted = input['requester'];
  if (!isJson(wanted) || input['requester_id'] !== undefined) return;
  const [name, email] = [textOf(wanted['name']).trim(), textOf(wanted['email'])];
  const known = account.findUserByEmail(email);
  if (known === undefined && (name === '' || !email.includes('@')))
    refuse(change, 'requester', 'Requester: name and email are needed', 'BlankValue');
  else draft.requesterId = (known ?? account.addEndUser(name, email)).id;
}

function assignPeople(change: Change): void {
  const { account, draft, input } = change;
  if (input['requester_id'] !== undefined) {
    const requester = account.users.get(Number(input['requester_id']));
    if (requester === undefined) refuse(change, 'requester', 'Requester: is not a known user');
    else draft.requesterId = requester.id;
  }
  if (input['group_id'] !== undefined) {
    const groupId = toId(input['group_id']);
    if (groupId !== null && !account.groups.has(groupId)) refuse(change, 'group', 'Group: does not exist');
    else draft.groupId = groupId;
  }
  const email = input['assignee_email'];
  const wanted =
    typeof email === 'string' ? (account.findUserByEmail(email)?.id ?? -1) : input['assignee_id'];
  if (wanted === undefined) {
    dropAssigneeOutsideGroup(change);
    return;
  }
  const assigneeId = toId(wanted);
  const assignee = assigneeId === null ? undefined : account.users.get(assigneeId);
  if (assigneeId !== null && (assignee === undefined || assignee.role === 'end-user')) {
    refuse(change, 'assignee', 'Assignee: is not an agent of this account');
    return;
  }
  if (assignee === undefined) {
    draft.assigneeId = null;
    return;
  }
  if (input['group_id'] === undefined && !assignee.groupIds.includes(draft.groupId ?? -1)) {
    draft.groupId = assignee.groupIds[0] ?? null;
  } else if (draft.groupId !== null && !assignee.groupIds.includes(draft.groupId)) {
    refuse(change, 'assignee', `Assignee: ${assignee.name} is not a member of that group`);
    return;
  }
  draft.assigneeId = assignee.id;
  if (draft.status === 'new') draft.status = 'open';
}

function dropAssigneeOutsideGroup({ account, draft, input }: Change): void {
  if (input['group_id'] === undefined || draft.assigneeId === null || draft.groupId === null) return;
  const assignee = account.users.get(draft.assigneeId);
  if (assignee !== undefined && !assignee.groupIds.includes(draft.groupId)) draft.assigneeId = null;
}

function assignLinks(change: Change): void {
  const { account, draft, input } = change;
  if (input['brand_id'] !== undefined) {
    const brandId = Number(input['brand_id']);
    if (account.brands.has(brandId)) draft.brandId = brandId;
    else refuse(change, 'brand', 'Brand: does not exist');
  }
  if (input['organization_id'] !== undefined) {
    const id = toId(input['organization_id']);
    if (id !== null && !account.organizations.has(id))
      refuse(change, 'organization', 'Organization: does not exist');
    else draft.organizationId = id;
  }
  if (input['problem_id'] !== undefined) {
    const id = toId(input['problem_id']);
    const problem = id === null ? null : account.tickets.get(id);
    if (problem !== null && problem?.type !== 'problem') {
      refuse(change, 'problem_id', 'Problem: has to be a ticket of the type problem');
    } else if (problem !== null && draft.type !== 'incident') {
      refuse(change, 'problem_id', 'Problem: only an incident can be linked to a problem');
    } else draft.problemId = id;
  }
  if (Array.isArray(input['collaborator_ids'])) draft.collaboratorIds = input['collaborator_ids'].map(Number);
}

function assignCustomFields(change: Change): void {
  const { account, draft, input } = change;
  const list = Array.isArray(input['custom_fields']) ? input['custom_fields'] : toPairs(input['fields']);
  const values = new Map(draft.customFields);
  for (const entry of list) {
    if (!isJson(entry)) continue;
    const field = account.ticketFields.get(Number(entry['id']));
    if (field === undefined || field.system) continue;
    const value = toFieldValue(entry['value']);
    if (
      field.type === 'tagger' &&
      value !== null &&
      value !== '' &&
      !field.options.some((option) => option.value === value)
    ) {
      (change.problems['base'] ??= []).push({
        description: `${field.title}: ${String(value)} is not one of its options`,
        error: 'InvalidValue',
        ticket_field_id: field.id,
        ticket_field_type: field.type,
      });
      continue;
    }
    draft.tags = syncTagsFromField(field, draft.tags, values.get(field.id) ?? null, value);
    values.set(field.id, value === '' ? null : value);
  }
  draft.customFields = values;
}

function toPairs(fields: unknown): unknown[] {
  if (Array.isArray(fields)) return fields;
  if (!isJson(fields)) return [];
  if ('id' in fields) return [fields];
  return Object.entries(fields).map(([id, value]) => ({ id: Number(id), value }));
}

function toFieldValue(value: unknown): FieldValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.map(String) : null;
}

function toId(value: unknown): number | null {
  return value === null || value === '' ? null : Number(value);
}
