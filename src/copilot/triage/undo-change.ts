import type { TriageChange } from '../../contract/triage.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import type { TicketValues } from '../../ports/help-desk-changes.ts';
import type { Ticket, TicketAudit } from '../../ports/help-desk.ts';
import type { SettingsReader } from '../../services/settings/settings-reader.ts';
import { triagedTag } from '../../services/triage/connect-webhook.ts';
import {
  markTriageUndone,
  readTriageChange,
  readTriageSetting,
} from '../../services/triage/triage-queries.ts';
import { currentValue } from './plan-change.ts';
import { auditName } from './triage-ticket.ts';

type UndoCall = Call<'database' | 'helpDesk'>;

export interface Undone {
  /** Names of fields. */
  readonly restored: string[];
  readonly kept: string[];
}

interface UndoPlan extends Undone {
  readonly values: TicketValues;
}

/**
 * Puts back what a ticket had before one change, as Zendesk's audit tells it. A field that somebody has changed since stays,
 * and so do a priority that was empty, which Zendesk takes from nobody, a private note, and the tag that says the ticket was
 * triaged. Throws `not-found`, `conflict` when it was undone or nothing was written, and `ticket-changed`.
 */
export async function undoTriageChange(
  call: UndoCall,
  settings: SettingsReader,
  changeId: string,
): Promise<Undone> {
  const { database, helpDesk } = call.ports;
  const { change, rules } = await database.read(call, async (tx) => ({
    change: await readTriageChange(tx, changeId),
    rules: (await readTriageSetting(tx)).rules,
  }));
  if (change === undefined) throw new ProblemError('not-found');
  const { auditId, ticketId } = change;
  if (auditId === null || change.undoneAt !== null)
    throw new ProblemError('conflict', { detail: 'There is nothing left to undo.' });
  const { zendesk: connection } = await settings.get(call.subscriptionId);
  if (connection === undefined) throw new ProblemError('zendesk-not-connected');
  const helpDeskCall = { connection, signal: call.signal };
  const ticket = await helpDesk.ticketWithComments(helpDeskCall, ticketId);
  const audits = await helpDesk.audits(helpDeskCall, ticketId);
  if (!audits.measure((list) => list.some(({ id }) => id === auditId)))
    throw new ProblemError('conflict', { detail: 'Zendesk does not show the audit of this change.' });
  const deliveryId = `undo.${changeId}`;
  const plan = Transient.all([ticket, audits]).map(([{ ticket: now }, list]) =>
    planUndo(now, list.find(({ id }) => id === auditId)?.changes ?? [], change, triagedTag(rules.tagPrefix)),
  );
  const named = (of: (one: Undone) => readonly string[]): string[] =>
    change.fields.filter((field) => plan.measure((one) => of(one).includes(field)));
  const outcome = { restored: named((one) => one.restored), kept: named((one) => one.kept) };
  // One that was written by a try that died before it could note it.
  const before = audits.measure((list) => list.find((one) => one.deliveryId === deliveryId)?.id ?? 0);
  const undoAuditId =
    before !== 0
      ? before
      : outcome.restored.length === 0
        ? null
        : (
            await helpDesk.changeTicket(
              helpDeskCall,
              ticketId,
              Transient.all([ticket, plan]).map(([{ ticket: now }, { values }]) => ({
                values,
                basedOn: now.updatedAt,
                deliveryId,
              })),
            )
          ).auditId;
  const facts = { changeId, auditId: undoAuditId, ...outcome };
  await database.write(
    call,
    { permission: 'settings:write', audit: { action: 'triage.undone', target: String(ticketId), facts } },
    (tx) => markTriageUndone(tx, changeId, undoAuditId),
  );
  return outcome;
}

/** Pure. Tags that suggest a value go with the field they suggest it for. */
function planUndo(
  ticket: Ticket,
  changes: TicketAudit['changes'],
  { fields }: TriageChange,
  ownTag: string,
): UndoPlan {
  const added = tagsAdded(changes.find(({ field }) => field === 'tags')).filter(
    (tag) => tag !== ownTag && ticket.tags.includes(tag),
  );
  const before = fields.flatMap((field): [string, TicketValues][] => {
    const change = changes.find((one) => one.field === auditName(field));
    if (field === 'tags' || change === undefined) return added.length === 0 ? [] : [[field, {}]];
    const back = previous(field, change.from);
    return back === undefined || currentValue(ticket, field) !== change.to ? [] : [[field, back]];
  });
  const restored = before.map(([field]) => field);
  const customFields = before.flatMap(([, back]) => back.customFields ?? []);
  return {
    restored,
    kept: fields.filter((field) => !restored.includes(field)),
    values: {
      ...Object.assign({}, ...before.map(([, back]) => back)),
      ...(customFields.length > 0 && { customFields }),
      ...(added.length > 0 && { tags: ticket.tags.filter((tag) => !added.includes(tag)) }),
    },
  };
}

/** The values that put a field back; undefined when Zendesk does not take them. */
function previous(field: string, from: string | null): TicketValues | undefined {
  const before = from === '' ? null : from;
  if (field === 'type') return { type: before };
  if (field === 'priority') return before === null ? undefined : { priority: before };
  if (field === 'group_id') return { groupId: before === null ? null : Number(before) };
  return field === 'tags' ? undefined : { customFields: [{ id: Number(auditName(field)), value: before }] };
}

function tagsAdded(change: TicketAudit['changes'][number] | undefined): readonly string[] {
  const words = (text: string | null | undefined): string[] => (text ?? '').split(/[\s,]+/).filter(Boolean);
  const before = new Set(words(change?.from));
  return words(change?.to).filter((tag) => !before.has(tag));
}
