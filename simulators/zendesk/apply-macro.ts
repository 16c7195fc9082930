import type { Account } from './account.ts';
import { escapeHtml, textToHtml } from './html-text.ts';
import { normalizeTags } from './ticket-fields.ts';
import type { Json, Macro, StoredTicket, User } from './model.ts';

/** What placeholders are filled from; without a ticket they stay as they are. */
export type MacroContext = { readonly ticket: StoredTicket | null; readonly agent: User };

/**
 * Works out what a macro would change, without changing anything: the `result.ticket` of the apply
 * endpoints, only with the keys the macro touches. Placeholders are filled when a ticket is given.
 */
export function applyMacro(account: Account, macro: Macro, context: MacroContext): Json {
  const result: Json = {};
  const comment: Json = {};
  const fields: Json[] = [];
  let tags: readonly string[] = context.ticket?.tags ?? [];
  let tagsChanged = false;
  for (const { field, value } of macro.actions) {
    const text = typeof value === 'string' ? value : (value.at(-1) ?? '');
    const custom = /^custom_fields_(\d+)$/.exec(field)?.[1];
    if (custom !== undefined) fields.push({ id: Number(custom), value: text });
    else if (field === 'comment_value') {
      const body = render(account, text, context, (word) => word);
      const channel = typeof value === 'string' ? 'channel:all' : (value[0] ?? 'channel:all');
      Object.assign(comment, { body, html_body: textToHtml(body), scoped_body: [[channel, body]] });
    } else if (field === 'comment_value_html') {
      comment['html_body'] = render(account, text, context, escapeHtml);
    } else if (field === 'comment_mode_is_public') comment['public'] = text === 'true';
    else if (field === 'current_tags' || field === 'set_tags' || field === 'remove_tags') {
      tags = nextTags(field, tags, normalizeTags([text]));
      tagsChanged = true;
    } else if (field === 'assignee_id')
      result['assignee_id'] = text === 'current_user' ? context.agent.id : toId(text);
    else if (field === 'group_id') {
      result['group_id'] = text === 'current_groups' ? (context.agent.groupIds[0] ?? null) : toId(text);
    } else if (field === 'subject') result['subject'] = render(account, text, context, (word) => word);
    else result[field] = text;
  }
  if (Object.keys(comment).length > 0) result['comment'] = comment;
  if (tagsChanged) result['tags'] = tags;
  if (fields.length > 0)
    Object.assign(result, { custom_fields: fields, fields: fields.length === 1 ? fields[0] : fields });
  return result;
}

function nextTags(action: string, tags: readonly string[], named: readonly string[]): readonly string[] {
  if (action === 'set_tags') return named;
  if (action === 'remove_tags') return tags.filter((tag) => !named.includes(tag));
  return [...new Set([...tags, ...named])];
}

function toId(text: string): number | null {
  return text === '' ? null : Number(text);
}

function render(
  account: Account,
  text: string,
  context: MacroContext,
  escape: (word: string) => string,
): string {
  const { ticket, agent } = context;
  if (ticket === null) return text;
  const values = placeholders(account, ticket, agent);
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_whole, name: string) =>
    escape(values.get(name) ?? customField(ticket, name)),
  );
}

// Zendesk renders a placeholder it does not know, or that has no value, as nothing.
function customField(ticket: StoredTicket, name: string): string {
  const id = /^ticket\.ticket_field_(\d+)$/.exec(name)?.[1];
  const value = id === undefined ? null : (ticket.customFields.get(Number(id)) ?? null);
  return value === null ? '' : String(value);
}

function placeholders(account: Account, ticket: StoredTicket, agent: User): ReadonlyMap<string, string> {
  const values = new Map<string, string>([
    ['ticket.id', String(ticket.id)],
    ['ticket.title', ticket.subject],
    ['ticket.status', ticket.status],
    ['ticket.priority', ticket.priority ?? ''],
    ['ticket.ticket_type', ticket.type ?? ''],
    ['ticket.description', ticket.comments[0]?.text ?? ''],
    ['ticket.tags', ticket.tags.join(' ')],
    ['ticket.url', `${account.subdomain}.zendesk.com/agent/tickets/${ticket.id}`],
    ['ticket.external_id', ticket.externalId ?? ''],
    ['ticket.created_at', ticket.createdAt.slice(0, 10)],
    ['ticket.updated_at', ticket.updatedAt.slice(0, 10)],
    ['ticket.group.name', account.groups.get(ticket.groupId ?? -1)?.name ?? ''],
    ['ticket.organization.name', account.organizations.get(ticket.organizationId ?? -1)?.name ?? ''],
    ['ticket.brand.name', account.brands.get(ticket.brandId)?.name ?? ''],
    ['ticket.latest_comment', ticket.comments.at(-1)?.text ?? ''],
    ['ticket.latest_public_comment', ticket.comments.findLast((comment) => comment.public)?.text ?? ''],
    ['ticket.account', account.subdomain],
  ]);
  const people: readonly (readonly [string, User | undefined])[] = [
    ['ticket.requester', account.users.get(ticket.requesterId)],
    ['ticket.assignee', account.users.get(ticket.assigneeId ?? -1)],
    ['ticket.submitter', account.users.get(ticket.submitterId)],
    ['current_user', agent],
  ];
  for (const [prefix, user] of people) {
    const [first = '', ...rest] = (user?.name ?? '').split(' ');
    values.set(`${prefix}.name`, user?.name ?? '');
    values.set(`${prefix}.first_name`, first);
    values.set(`${prefix}.last_name`, rest.join(' '));
    values.set(`${prefix}.email`, user?.email ?? '');
    values.set(`${prefix}.locale`, user?.locale ?? '');
  }
  return values;
}
