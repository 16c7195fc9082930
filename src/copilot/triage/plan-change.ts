import type { Band } from '../../contract/abilities.ts';
import type { TriageRules } from '../../contract/triage.ts';
import type { TicketValues } from '../../ports/help-desk-changes.ts';
import type { Ticket } from '../../ports/help-desk.ts';
import { triagedTag } from '../../services/triage/connect-webhook.ts';
import type { Proposed, ProposedValue } from './propose.ts';

/** What is to be done to one ticket. */
export interface TriagePlan {
  readonly values: TicketValues;
  /** Names of fields that are written, and of those that are only suggested. */
  readonly applied: readonly string[];
  readonly suggested: readonly string[];
  /** Of the least certain value; undefined: there is nothing to do. */
  readonly band: Band | undefined;
}

export const bands: readonly Band[] = ['low', 'medium', 'high'];

type Choice = Omit<ProposedValue, 'value'> & { readonly value: string; readonly applies: boolean };

/** Pure: what the rules make of a proposal for this ticket. Never status, requester or a field that no rule names. */
export function planChange(ticket: Ticket, proposed: Proposed, rules: TriageRules): TriagePlan {
  const choices = rules.fields.flatMap((rule): Choice[] => {
    const offered: readonly ProposedValue[] =
      rule.field === 'tags'
        ? proposed.tags.map(({ tag, ...sure }) => ({
            ...sure,
            field: 'tags',
            title: 'Tags',
            value: tag,
            valueTitle: tag,
          }))
        : proposed.values.filter(({ field }) => field === rule.field).slice(0, 1);
    return offered
      .filter(({ value, certainty }) => certainty >= rule.suggestFrom && isOpen(ticket, rule, value))
      .map((one) => ({ ...one, applies: rules.mode === 'apply' && one.certainty >= rule.applyFrom }));
  });
  const applied = choices.filter(({ applies }) => applies);
  const suggested = choices.filter(({ applies }) => !applies);
  const least = Math.min(...choices.map(({ band }) => bands.indexOf(band)));
  return {
    values: {
      ...Object.assign({}, ...applied.map(valueOf)),
      ...customFields(applied),
      tags: tagsOf(ticket, applied, suggested, rules),
      ...(suggested.length > 0 && rules.suggestAs === 'note' && { comment: noteOf(suggested) }),
    },
    applied: namesOf(applied),
    suggested: namesOf(suggested),
    band: bands[least],
  };
}

/** What a field has now, as text; null: nothing. */
export function currentValue(ticket: Ticket, field: string): string | null {
  if (field === 'type') return ticket.type;
  if (field === 'priority') return ticket.priority;
  if (field === 'group_id') return ticket.groupId === null ? null : String(ticket.groupId);
  const id = Number(field.replace('custom_fields_', ''));
  const value = ticket.customFields.find((one) => one.id === id)?.value;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Whether a rule lets this value be given to the ticket. */
export function isOpen(ticket: Ticket, rule: TriageRules['fields'][number], value: string): boolean {
  if (rule.field === 'tags') return !ticket.tags.includes(value);
  const current = currentValue(ticket, rule.field);
  return current === null || (rule.overwrite && current !== value);
}

function valueOf({ field, value }: Choice): TicketValues {
  if (field === 'type') return { type: value };
  if (field === 'priority') return { priority: value };
  return field === 'group_id' ? { groupId: Number(value) } : {};
}

function customFields(applied: readonly Choice[]): TicketValues {
  const list = applied
    .filter(({ field }) => field.startsWith('custom_fields_'))
    .map(({ field, value }) => ({ id: Number(field.replace('custom_fields_', '')), value }));
  return list.length === 0 ? {} : { customFields: list };
}

/** All tags of the ticket, new ones, those that suggest, and the one by which our triggers pass the ticket by. */
function tagsOf(
  ticket: Ticket,
  applied: readonly Choice[],
  suggested: readonly Choice[],
  { suggestAs, tagPrefix }: TriageRules,
): readonly string[] {
  const added = applied.filter(({ field }) => field === 'tags').map(({ value }) => value);
  const asked =
    suggestAs === 'note'
      ? []
      : suggested.map((one) => `${tagPrefix}suggested_${word(one.title)}_${word(one.valueTitle)}`);
  return [...new Set([...ticket.tags, ...added, ...asked, triagedTag(tagPrefix)])];
}

/** Zendesk splits tags at spaces and takes no punctuation. */
const word = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .slice(0, 60);

/** Names of the account's own fields and values with how certain they are; nothing of the ticket. */
const noteOf = (suggested: readonly Choice[]): NonNullable<TicketValues['comment']> => ({
  body: [
    'InDesk suggests:',
    ...suggested.map(({ title, valueTitle, certainty }) => `• ${title}: ${valueTitle} (${certainty} %)`),
  ].join('\n'),
  public: false,
});

const namesOf = (choices: readonly Choice[]): readonly string[] => [
  ...new Set(choices.map(({ field }) => field)),
];
