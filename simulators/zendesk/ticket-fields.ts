import type { FieldValue, TicketField } from './model.ts';

type Fields = ReadonlyMap<number, TicketField>;
type Values = ReadonlyMap<number, FieldValue>;

/** Sets drop-down fields from tags, as Zendesk does: an option's value is also a tag of the ticket. */
export function syncFieldsFromTags(fields: Fields, values: Values, tags: readonly string[]): Values {
  const carried = new Set(tags);
  const next = new Map(values);
  for (const field of fields.values()) {
    if (field.type !== 'tagger') continue;
    const current = next.get(field.id) ?? null;
    if (typeof current === 'string' && carried.has(current)) continue;
    next.set(field.id, field.options.find((option) => carried.has(option.value))?.value ?? null);
  }
  return next;
}

/** Swaps a drop-down's old tag for its new one, as Zendesk does when the field is set. */
export function syncTagsFromField(
  field: TicketField,
  tags: readonly string[],
  previous: FieldValue,
  value: FieldValue,
): readonly string[] {
  if (field.type !== 'tagger') return tags;
  const kept = tags.filter((tag) => tag !== previous);
  return typeof value === 'string' && value !== '' ? [...new Set([...kept, value])] : kept;
}

/** Lower-cases tags, splits them on spaces and drops repeats. */
export function normalizeTags(tags: readonly unknown[]): string[] {
  const words = tags
    .filter((tag) => typeof tag === 'string')
    .flatMap((tag) => tag.toLowerCase().split(/[\s,]+/));
  return [...new Set(words.filter((word) => word !== ''))];
}
