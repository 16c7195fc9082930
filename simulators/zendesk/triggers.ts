import type { Account } from './account.ts';
import { randomUUID } from 'node:crypto';
import { notFound, parameterMissing } from './api-error.ts';
import { paginate } from './pagination.ts';
import { idAt, ok, requireAdmin } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';
import type { Webhooks } from './webhooks.ts';
import { isJson, toTimestamp, textOf } from './model.ts';
import type { AuditEvent, Json, StoredTicket } from './model.ts';

type Condition = { readonly field: string; readonly operator: string; readonly value: string };
type Trigger = {
  readonly id: number;
  title: string;
  active: boolean;
  all: readonly Condition[];
  any: readonly Condition[];
  actions: readonly Json[];
  readonly createdAt: string;
};

/** Field names of audits with the ticket event type Zendesk sends when they change. */
const EVENT_TYPES: Readonly<Record<string, string>> = {
  status: 'status_changed',
  priority: 'priority_changed',
  type: 'type_changed',
  subject: 'subject_changed',
  tags: 'tags_changed',
  assignee_id: 'agent_assignment_changed',
  group_id: 'group_assignment_changed',
  requester_id: 'requester_changed',
  brand_id: 'brand_changed',
  problem_id: 'problem_link_changed',
  external_id: 'external_id_changed',
  organization_id: 'organization_changed',
};

/** Runs triggers and event subscriptions after each ticket change, and serves the trigger endpoints. */
export class Triggers {
  readonly #triggers = new Map<number, Trigger>();
  readonly #account: Account;
  readonly #webhooks: Webhooks;
  readonly #accountId: number;

  constructor(account: Account, webhooks: Webhooks, accountId: number) {
    this.#account = account;
    this.#webhooks = webhooks;
    this.#accountId = accountId;
    account.onTicketChange((ticket, auditId, created) => this.#run(ticket, auditId, created));
  }

  /** `/api/v2/triggers`: list, make, show, change, delete; administrators only. */
  routes(simulation: Simulation): Route[] {
    const scope = 'triggers';
    const admin =
      (handle: (call: Call) => Answer): ((call: Call) => Answer) =>
      (call) => {
        requireAdmin(call);
        return handle(call);
      };
    return [
      {
        method: 'GET',
        scope,
        path: '/api/v2/triggers',
        handle: admin((call) => {
          const page = paginate([...this.#triggers.values()], call.url, simulation.origin);
          return ok({ triggers: page.items.map(present), ...page.about });
        }),
      },
      {
        method: 'POST',
        scope,
        path: '/api/v2/triggers',
        handle: admin((call) => {
          const id = this.#account.nextId();
          const trigger: Trigger = {
            id,
            title: '',
            active: true,
            all: [],
            any: [],
            actions: [],
            createdAt: toTimestamp(Date.now()),
          };
          assign(trigger, readBody(call));
          this.#triggers.set(id, trigger);
          return { status: 201, body: { trigger: present(trigger) } };
        }),
      },
      {
        method: 'GET',
        scope,
        path: '/api/v2/triggers/:id',
        handle: admin((call) => ok({ trigger: present(this.#one(call)) })),
      },
      {
        method: 'PUT',
        scope,
        path: '/api/v2/triggers/:id',
        handle: admin((call) => {
          const trigger = this.#one(call);
          assign(trigger, readBody(call));
          return ok({ trigger: present(trigger) });
        }),
      },
      {
        method: 'DELETE',
        scope,
        path: '/api/v2/triggers/:id',
        handle: admin((call) => {
          this.#triggers.delete(this.#one(call).id);
          return { status: 204 };
        }),
      },
    ];
  }

  #one(call: Call): Trigger {
    const trigger = this.#triggers.get(idAt(call));
    if (trigger === undefined) throw notFound();
    return trigger;
  }

  #run(ticket: StoredTicket, auditId: number, created: boolean): void {
    const events = ticket.audits.find((audit) => audit.id === auditId)?.events ?? [];
    for (const trigger of this.#triggers.values()) {
      if (!trigger.active || !fires(trigger, ticket, events, created)) continue;
      for (const action of trigger.actions) this.#notify(action, ticket);
    }
    for (const hook of this.#webhooks.hooks.values()) {
      if (hook.status !== 'active') continue;
      for (const envelope of this.#envelopes(ticket, events, auditId, created)) {
        if (
          hook.subscriptions.includes(envelope.type) ||
          hook.subscriptions.includes('zen:event-type:ticket.*')
        ) {
          this.#webhooks.deliver(hook, JSON.stringify(envelope), envelope.type);
        }
      }
    }
  }

  #notify(action: Json, ticket: StoredTicket): void {
    if (action['field'] !== 'notification_webhook' || !Array.isArray(action['value'])) return;
    const hook = this.#webhooks.hooks.get(String(action['value'][0]));
    if (hook === undefined || hook.status !== 'active') return;
    this.#webhooks.deliver(hook, fill(String(action['value'][1] ?? ''), ticket), 'conditional_ticket_events');
  }

  #envelopes(
    ticket: StoredTicket,
    events: readonly AuditEvent[],
    auditId: number,
    created: boolean,
  ): ({ type: string } & Json)[] {
    const actor = ticket.audits.find((audit) => audit.id === auditId)?.authorId ?? 0;
    const parts: [string, Json][] = [];
    if (created) parts.push(['created', {}]);
    for (const event of events) {
      if (event.type === 'Comment')
        parts.push(['comment_added', { comment: this.#comment(ticket, event.id) }]);
      const name = event.type === 'Change' ? eventName(event['field_name']) : undefined;
      if (name !== undefined)
        parts.push([name, { current: event['value'] ?? null, previous: event['previous_value'] ?? null }]);
    }
    return parts.map(([name, body], position) => ({
      account_id: this.#accountId,
      id: randomUUID(),
      type: `zen:event-type:ticket.${name}`,
      time: new Date().toISOString(),
      zendesk_event_version: '2022-11-06',
      subject: `zen:ticket:${ticket.id}`,
      detail: detail(ticket, actor),
      event: {
        ...body,
        meta: { sequence: { id: String(auditId), position: position + 1, total: parts.length } },
      },
    }));
  }

  #comment(ticket: StoredTicket, id: number): Json {
    const comment = ticket.comments.find((candidate) => candidate.id === id);
    const author = this.#account.users.get(comment?.authorId ?? -1);
    return {
      id: String(id),
      body: comment?.text ?? '',
      is_public: comment?.public ?? false,
      author: {
        id: String(author?.id ?? ''),
        is_staff: author !== undefined && author.role !== 'end-user',
        name: author?.name ?? '',
      },
    };
  }
}

function eventName(field: unknown): string | undefined {
  const name = String(field);
  return EVENT_TYPES[name] ?? (/^\d+$/.test(name) ? 'custom_field_changed' : undefined);
}

function detail(ticket: StoredTicket, actor: number): Json {
  const id = (value: number | null): string | null => (value === null ? null : String(value));
  return {
    id: String(ticket.id),
    actor_id: String(actor),
    assignee_id: id(ticket.assigneeId),
    brand_id: id(ticket.brandId),
    group_id: id(ticket.groupId),
    organization_id: id(ticket.organizationId),
    requester_id: id(ticket.requesterId),
    submitter_id: id(ticket.submitterId),
    form_id: null,
    custom_status: null,
    external_id: ticket.externalId,
    subject: ticket.subject,
    description: ticket.comments[0]?.text ?? '',
    is_public: ticket.comments.some((comment) => comment.public),
    priority: ticket.priority?.toUpperCase() ?? null,
    status: ticket.status.toUpperCase(),
    type: ticket.type?.toUpperCase() ?? null,
    tags: ticket.tags,
    via: { channel: 'web_service' },
    created_at: ticket.createdAt,
    updated_at: ticket.updatedAt,
  };
}

// Placeholders become plain text and nothing is escaped: the reason to send numbers only.
function fill(template: string, ticket: StoredTicket): string {
  const values: Readonly<Record<string, string>> = {
    'ticket.id': String(ticket.id),
    'ticket.status': ticket.status,
    'ticket.title': ticket.subject,
    'ticket.latest_comment': ticket.comments.at(-1)?.text ?? '',
    'ticket.requester.id': String(ticket.requesterId),
    'ticket.assignee.id': String(ticket.assigneeId ?? ''),
    'ticket.brand.id': String(ticket.brandId),
    'ticket.updated_at_with_timestamp': ticket.updatedAt,
  };
  return template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_whole, name: string) => values[name] ?? '');
}

function fires(
  trigger: Trigger,
  ticket: StoredTicket,
  events: readonly AuditEvent[],
  created: boolean,
): boolean {
  const holds = (condition: Condition): boolean => conditionHolds(condition, ticket, events, created);
  return trigger.all.every(holds) && (trigger.any.length === 0 || trigger.any.some(holds));
}

function conditionHolds(
  condition: Condition,
  ticket: StoredTicket,
  events: readonly AuditEvent[],
  created: boolean,
): boolean {
  const { field, operator, value } = condition;
  const changed = events.some((event) => event.type === 'Change' && event['field_name'] === field);
  if (operator === 'changed') return created || changed;
  if (operator === 'not_changed') return !changed;
  if (field === 'update_type') return (value === 'Create') === created;
  if (field === 'current_tags') {
    const carried = value.split(/\s+/).some((tag) => ticket.tags.includes(tag));
    return operator === 'not_includes' ? !carried : carried;
  }
  if (field === 'comment_is_public') {
    const added = ticket.comments.find((comment) => events.some((event) => event.id === comment.id));
    return added !== undefined && (value === 'not_relevant' || String(added.public) === value);
  }
  const facts: Readonly<Record<string, unknown>> = {
    status: ticket.status,
    priority: ticket.priority,
    type: ticket.type,
    group_id: ticket.groupId,
    assignee_id: ticket.assigneeId,
    brand_id: ticket.brandId,
    requester_id: ticket.requesterId,
  };
  const same = textOf(facts[field]) === value;
  return operator === 'is_not' ? !same : same;
}

function readBody(call: Call): Json {
  const body = isJson(call.body) ? call.body['trigger'] : undefined;
  if (!isJson(body)) throw parameterMissing('trigger');
  return body;
}

function assign(trigger: Trigger, body: Json): void {
  if (typeof body['title'] === 'string') trigger.title = body['title'];
  if (typeof body['active'] === 'boolean') trigger.active = body['active'];
  if (Array.isArray(body['actions'])) trigger.actions = body['actions'].filter(isJson);
  if (isJson(body['conditions'])) {
    trigger.all = conditionsOf(body['conditions']['all']);
    trigger.any = conditionsOf(body['conditions']['any']);
  }
}

function conditionsOf(list: unknown): Condition[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isJson).map((condition) => ({
    field: String(condition['field']),
    operator: textOf(condition['operator'] ?? 'is'),
    value: textOf(condition['value']),
  }));
}

function present(trigger: Trigger): Json {
  const { all, any, createdAt, ...shown } = trigger;
  return { ...shown, conditions: { all, any }, created_at: createdAt, updated_at: createdAt };
}
