import type { TriageProposal } from '../../contract/abilities.ts';
import type { AccountShape, Ticket, TicketWithComments } from '../../ports/help-desk.ts';
import type { TicketCorpus } from '../classify/ticket-space.ts';
import { compared, comparedConversation, percent, ticketEvidence } from './tickets.ts';
import { trainTriage } from './triage.ts';

type TriageValue = TriageProposal['values'][number];

const bands = { sure: 'high', likely: 'medium', unsure: 'low' } as const;
const systemTitles: Readonly<Record<string, string>> = {
  type: 'Type',
  priority: 'Priority',
  group_id: 'Group',
};
/** Fewer solved tickets show nothing. */
const leastCompared = 5;

/** What agents chose in solved tickets like this one: type, priority, group and drop-down fields, each with its evidence. A value the account no longer has is left out. */
export function proposeValues(
  ticket: TicketWithComments,
  solved: readonly Ticket[],
  account: AccountShape,
  corpus: TicketCorpus,
): TriageValue[] {
  if (solved.length < leastCompared) return [];
  const known = namesOf(account);
  const triage = trainTriage(
    solved.map((other) => {
      const { subject, text } = compared(other);
      return { subject, text, fields: fieldsOf(other, known) };
    }),
    corpus,
  );
  const own = comparedConversation(ticket);
  const current = fieldsOf(ticket.ticket, known);
  return triage
    .predict({ subject: own.subject, text: own.text })
    .flatMap(({ field, value, certainty, band, evidence, candidates }): TriageValue[] => {
      const names = known.get(field);
      const titleOf = (one: string): string | undefined =>
        names === undefined ? one : names.values.get(one);
      const shown = (indices: readonly number[]): TriageValue['evidence'] =>
        indices.flatMap((at) => {
          const other = solved[at];
          return other === undefined ? [] : [ticketEvidence(other, [])];
        });
      const valueTitle = titleOf(value);
      if (valueTitle === undefined) return [];
      const open = candidates.flatMap((one): TriageValue['candidates'] => {
        const title = titleOf(one.value);
        return title === undefined
          ? []
          : [{ value: one.value, valueTitle: title, evidence: shown(one.evidence) }];
      });
      return [
        {
          field,
          title: names?.title ?? systemTitles[field] ?? field,
          value,
          valueTitle,
          current: current[field] ?? null,
          certainty: percent(certainty),
          band: bands[band],
          evidence: shown(evidence),
          candidates: open.length > 1 ? open : [],
          decidedBy: 'solved-tickets',
        },
      ];
    });
}

interface FieldNames {
  readonly title: string;
  readonly values: ReadonlyMap<string, string>;
}

/** Titles of the fields whose values the account names. */
function namesOf({ groups, dropDowns }: AccountShape): ReadonlyMap<string, FieldNames> {
  return new Map<string, FieldNames>([
    ['group_id', { title: 'Group', values: new Map(groups.map(({ id, name }) => [String(id), name])) }],
    ...dropDowns.map(({ id, title, options }): [string, FieldNames] => [
      `custom_fields_${id}`,
      { title, values: new Map(options.map(({ name, value }) => [value, name])) },
    ]),
  ]);
}

/** A ticket's values by Zendesk's names of fields; empty ones and those of other kinds are absent. */
function fieldsOf(ticket: Ticket, known: ReadonlyMap<string, FieldNames>): Record<string, string> {
  const fields: Record<string, string> = {};
  if (ticket.type !== null) fields['type'] = ticket.type;
  if (ticket.priority !== null) fields['priority'] = ticket.priority;
  if (ticket.groupId !== null) fields['group_id'] = String(ticket.groupId);
  for (const { id, value } of ticket.customFields)
    if (typeof value === 'string' && value !== '' && known.has(`custom_fields_${id}`))
      fields[`custom_fields_${id}`] = value;
  return fields;
}
