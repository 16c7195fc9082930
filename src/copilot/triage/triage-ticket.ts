import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import type { HelpDeskCall, TicketAudit, TicketWithComments } from '../../ports/help-desk.ts';
import type { SettingsReader } from '../../services/settings/settings-reader.ts';
import { triagedTag } from '../../services/triage/connect-webhook.ts';
import {
  insertTriageChange,
  isTriaged,
  readTriageSetting,
  type NewTriageChange,
  type TriageSetting,
  type TriageWebhook,
} from '../../services/triage/triage-queries.ts';
import { ContextReader } from '../context/context-reader.ts';
import { bands, planChange, type TriagePlan } from './plan-change.ts';
import type { Propose } from './propose.ts';

export type TriageCall = Call<'database' | 'helpDesk' | 'clock' | 'ids' | 'logger'>;

export interface TriageServices {
  readonly settings: SettingsReader;
  readonly propose: Propose;
}

/** How often a ticket that people are changing is read again before the job gives up until later. */
const mostTries = 4;
/** Zendesk's stamps are whole seconds: a stamp protects a ticket only once its second is over, and clocks differ. */
const settledMs = 2_000;
/** A write that begins later than this after the mode was looked at is not made, so that stopping works within five seconds. */
const writeWithinMs = 4_000;

type Ready = TriageSetting & { readonly webhook: TriageWebhook };
type Step = 'done' | 'again';

/**
 * Triages one ticket, once: reads it, asks what it should be given, writes it or suggests it, and notes ids and names of
 * fields. Safe to repeat at any point: what was written is found again by its mark in Zendesk's audits. Throws
 * `ticket-changed` while people keep changing the ticket, and what Zendesk says.
 */
export async function triageTicket(
  call: TriageCall,
  services: TriageServices,
  ticketId: number,
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    call.signal.throwIfAborted();
    try {
      if ((await tryOnce(call, services, ticketId)) === 'done') return;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (['ticket-not-found', 'ticket-brand-not-covered'].includes(error.type)) return;
      if (error.type !== 'ticket-changed') throw error;
    }
  }
  throw new ProblemError('ticket-changed');
}

async function tryOnce(call: TriageCall, services: TriageServices, ticketId: number): Promise<Step> {
  const { database, clock } = call.ports;
  const setting = await database.read(call, readTriageSetting);
  if (!isReady(setting)) return 'done';
  const settings = await services.settings.any(call.subscriptionId);
  const { zendesk: connection } = settings;
  if (!settings.active || connection === undefined) return 'done';
  if (connection.subdomain !== setting.webhook.subdomain) {
    // Kept in memory from before another account was connected.
    services.settings.forget(call.subscriptionId);
    return 'again';
  }
  const deliveryId = deliveryOf(setting.webhook, ticketId);
  if (await database.read(call, (tx) => isTriaged(tx, deliveryId))) return 'done';
  const helpDeskCall = { connection, signal: call.signal };
  const reader = readerFor(call, helpDeskCall, settings.lead, ticketId);
  // The ticket first: what happens between the two shows in the audits, and after them it makes our stamp too old.
  const ticket = await reader.need('ticket');
  const audits = await reader.need('audits');
  const written = auditWithMark(audits, deliveryId);
  if (written !== 0) {
    await note(call, recovered(call, ticketId, deliveryId, audits, written, setting));
    return 'done';
  }
  if (isOwnLoop(ticket, audits, setting) || !isCovered(ticket, setting)) return 'done';
  const age = ticket.measure((one) => clock.now().getTime() - Date.parse(one.ticket.updatedAt));
  if (age < settledMs) {
    await sleep(Math.min(settledMs - age, settledMs), undefined, { signal: call.signal });
    return 'again';
  }
  const proposed = await services.propose(reader, settings, clock.now(), setting.rules);
  const plan = Transient.all([ticket, proposed]).map(([{ ticket: one }, offered]) =>
    planChange(one, offered, setting.rules),
  );
  return carryOut(call, helpDeskCall, setting, { ticketId, deliveryId, ticket, plan });
}

interface Decided {
  readonly ticketId: number;
  readonly deliveryId: string;
  readonly ticket: Transient<TicketWithComments>;
  readonly plan: Transient<TriagePlan>;
}

async function carryOut(
  call: TriageCall,
  helpDeskCall: HelpDeskCall,
  setting: Ready,
  { ticketId, deliveryId, ticket, plan }: Decided,
): Promise<Step> {
  const { database, helpDesk, ids } = call.ports;
  const band = bands[plan.measure(({ band: least }) => (least === undefined ? -1 : bands.indexOf(least)))];
  const base = { id: ids.next(), ticketId, deliveryId };
  if (band === undefined) {
    await note(call, { ...base, auditId: null, fields: [], band: null, outcome: 'nothing' });
    return 'done';
  }
  const outcome = plan.measure(({ applied }) => applied.length) > 0 ? 'applied' : 'suggested';
  const change = Transient.all([ticket, plan]).map(([{ ticket: one }, { values }]) => ({
    values,
    basedOn: one.updatedAt,
    deliveryId: `${deliveryId}.${outcome}.${band}`,
  }));
  const { signal, stop } = within(call.signal, writeWithinMs);
  try {
    // The last look: whoever has switched triage off, or changed its rules, is obeyed from here on.
    const now = await database.read(call, readTriageSetting);
    if (now.version !== setting.version || now.webhook?.id !== setting.webhook.id) return 'again';
    const { auditId } = await helpDesk.changeTicket({ ...helpDeskCall, signal }, ticketId, change);
    const fields = setting.rules.fields
      .map(({ field }) => field)
      .filter((field) =>
        plan.measure(({ applied, suggested }) => applied.includes(field) || suggested.includes(field)),
      );
    await note(call, { ...base, auditId, fields, band, outcome });
    return 'done';
  } finally {
    stop();
  }
}

/** Notes the change and appends the audit event; nothing when another process has noted it. */
async function note(call: TriageCall, change: NewTriageChange): Promise<void> {
  const { id, ticketId, auditId, fields, band, outcome } = change;
  const facts = { id, auditId, fields: [...fields], band };
  try {
    await call.ports.database.write(
      call,
      { permission: 'system', audit: { action: `triage.${outcome}`, target: String(ticketId), facts } },
      async (tx) => {
        // Takes the audit event back too.
        if (!(await insertTriageChange(tx, call.subscriptionId, change))) throw new ProblemError('conflict');
      },
    );
  } catch (error) {
    if (!(error instanceof ProblemError) || error.type !== 'conflict') throw error;
  }
}

const isReady = (setting: TriageSetting): setting is Ready =>
  setting.rules.mode !== 'off' && setting.webhook?.working === true;

/** Names webhook and ticket, so that the same ticket has the same mark in every process and at every try. */
const deliveryOf = (webhook: TriageWebhook, ticketId: number): string => `triage.${webhook.id}.${ticketId}`;

/** The id of Zendesk's audit that carries our mark; 0 when none does. */
const auditWithMark = (audits: Transient<readonly TicketAudit[]>, deliveryId: string): number =>
  audits.measure((list) => list.find((audit) => isMarked(audit, deliveryId))?.id ?? 0);

const isMarked = (audit: TicketAudit, deliveryId: string): boolean =>
  audit.deliveryId?.startsWith(`${deliveryId}.`) === true;

/** What a process wrote that died before it could note it. */
function recovered(
  { ports }: TriageCall,
  ticketId: number,
  deliveryId: string,
  audits: Transient<readonly TicketAudit[]>,
  auditId: number,
  { rules }: Ready,
): NewTriageChange {
  const audit = audits.map((list) => list.find(({ id }) => id === auditId));
  const markEnds = (end: string): boolean => audit.measure((one) => one?.deliveryId?.includes(end) === true);
  return {
    id: ports.ids.next(),
    ticketId,
    deliveryId,
    auditId,
    fields: rules.fields
      .map(({ field }) => field)
      .filter((field) =>
        audit.measure((one) => one?.changes.some((change) => change.field === auditName(field)) === true),
      ),
    band: bands.find((band) => markEnds(`.${band}`)) ?? null,
    outcome: markEnds('.applied.') ? 'applied' : 'suggested',
  };
}

/** Audits name a custom field by its number alone. */
export const auditName = (field: string): string => field.replace('custom_fields_', '');

/** Our own tag, our own mark, or the newest change made by our own user: nothing new to look at. */
function isOwnLoop(
  ticket: Transient<TicketWithComments>,
  audits: Transient<readonly TicketAudit[]>,
  { rules, webhook }: Ready,
): boolean {
  if (ticket.measure((one) => one.ticket.tags.includes(triagedTag(rules.tagPrefix)))) return true;
  return audits.measure((list) => {
    const newest = list.at(-1);
    // A ticket that our own user made, for example out of a chat, is new like any other.
    if (newest === undefined || list.length === 1) return false;
    return newest.authorId === webhook.ownUserId || newest.deliveryId !== null;
  });
}

const isCovered = (
  ticket: Transient<TicketWithComments>,
  { rules: { rollout } }: Pick<TriageSetting, 'rules'>,
): boolean =>
  ticket.measure(({ ticket: { status, groupId, brandId, formId } }) => {
    const includes = (list: readonly number[] | null, id: number | null | undefined): boolean =>
      list === null || (id !== null && id !== undefined && list.includes(id));
    return (
      status !== 'solved' &&
      status !== 'closed' &&
      includes(rollout.groupIds, groupId) &&
      includes(rollout.brandIds, brandId) &&
      includes(rollout.formIds, formId)
    );
  });

/** Aborts with the outer signal or after a while. */
function within(outer: AbortSignal, ms: number): { readonly signal: AbortSignal; readonly stop: () => void } {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException('Too late to write', 'TimeoutError')), ms);
  return { signal: AbortSignal.any([outer, late.signal]), stop: () => clearTimeout(timer) };
}

function readerFor(
  { ports }: TriageCall,
  helpDeskCall: HelpDeskCall,
  lead: ConstructorParameters<typeof ContextReader>[0]['lead'],
  ticketId: number,
): ContextReader {
  return new ContextReader({
    helpDesk: ports.helpDesk,
    helpDeskCall: () => helpDeskCall,
    ticketId,
    // Nobody is shown anything: what is read decides what is written to this ticket.
    agentId: 'nobody',
    lead,
    macros: () => Promise.reject(new ProblemError('forbidden')),
    onStage: () => {},
  });
}
