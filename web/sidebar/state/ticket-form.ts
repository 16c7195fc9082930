/** A value of the open ticket form as the host gives it. */
export type FormValues = Readonly<Record<string, unknown>>;

/** Where the host keeps a field, by the name Zendesk gives it in macros and triggers; null: it cannot be set from here. */
export function pathOfField(field: string): string | null {
  if (field === 'type' || field === 'priority' || field === 'status' || field === 'subject')
    return `ticket.${field}`;
  if (field === 'group_id') return 'ticket.assignee';
  const custom = /^custom_fields_(\d+)$/.exec(field);
  return custom === null ? null : `ticket.customField:custom_field_${custom[1]}`;
}

/** What a macro may change of the form, its custom fields from `changes` with it. */
export function pathsOfMacro(changes: readonly string[]): string[] {
  const custom = changes
    .filter((field) => field.startsWith('custom_fields_'))
    .flatMap((field) => pathOfField(field) ?? []);
  return [
    'ticket.comment.text',
    'ticket.comment.type',
    'ticket.subject',
    'ticket.status',
    'ticket.priority',
    'ticket.type',
    'ticket.tags',
    'ticket.assignee.user',
    'ticket.assignee.group',
    ...custom,
  ];
}

/** What must be set to get from the values of now back to those of before. */
export function restoringChanges(before: FormValues, now: FormValues): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(before)) {
    if (path === 'errors' || JSON.stringify(value) === JSON.stringify(now[path])) continue;
    if (path === 'ticket.assignee.user' || path === 'ticket.assignee.group')
      changes['ticket.assignee'] = assigneeOf(before);
    else changes[path] = value;
  }
  return changes;
}

/** The person and group to set, from `ticket.assignee.user` and `ticket.assignee.group`. */
export function assigneeOf(values: FormValues): { userId: number | null; groupId: number | null } {
  return {
    userId: idOf(values['ticket.assignee.user']),
    groupId: idOf(values['ticket.assignee.group']),
  };
}

function idOf(value: unknown): number | null {
  const id: unknown = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
  return typeof id === 'number' ? id : null;
}
