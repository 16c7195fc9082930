import type { ScorePreview } from '../../contract/quality-scores.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import type { ScoreTarget } from '../../services/settings/lead-settings.ts';
import type { ContextReader } from '../context/context-reader.ts';
import { planScore, type ScorePlan } from './plan-score.ts';

export type ScoreCall = Call<'helpDesk' | 'database' | 'ids' | 'clock'>;

/** Zendesk's stamps are whole seconds: a stamp protects the list of tags only once its second is over, and clocks differ. */
const settledMs = 2_000;

/** What writing a score would change in the reader's ticket. Throws `score-target-missing`, `ticket-refused-change`. */
export async function previewScore(reader: ContextReader, score: number): Promise<Transient<ScorePreview>> {
  return (await readPlan(reader, score)).map(({ plan: { target, title, from, to }, updatedAt }) => ({
    target,
    title,
    from,
    to,
    updatedAt,
  }));
}

/**
 * Writes a score where the lead wants it, unless it stands there already, so that a repeated request changes nothing.
 * False: it stood there. Throws what `previewScore` throws, and `ticket-changed` when the ticket is not as it was shown.
 */
export async function writeScore(
  call: ScoreCall,
  reader: ContextReader,
  wish: { readonly ticketId: number; readonly score: number; readonly updatedAt: string },
): Promise<boolean> {
  const { clock, database, helpDesk, ids } = call.ports;
  const planned = await readPlan(reader, wish.score);
  if (planned.measure(({ plan }) => plan.from === plan.to)) return false;
  const seen = planned.measure(({ updatedAt }) => Date.parse(updatedAt));
  const tagsAreFresh = targetOf(reader).kind === 'tag' && clock.now().getTime() - seen < settledMs;
  if (seen !== Date.parse(wish.updatedAt) || tagsAreFresh) throw new ProblemError('ticket-changed');
  const { ticketId } = wish;
  const facts = { field: fieldOf(targetOf(reader)) };
  await database.write(
    call,
    { permission: 'copilot:use', audit: { action: 'ticket.scored', target: String(ticketId), facts } },
    async () => undefined,
  );
  const deliveryId = ids.next();
  await helpDesk.changeTicket(
    reader.helpDeskCall,
    ticketId,
    planned.map(({ plan: { values }, updatedAt }) => ({ values, basedOn: updatedAt, deliveryId })),
  );
  return true;
}

function targetOf(reader: ContextReader): ScoreTarget {
  const { writeScoreTo } = reader.about.lead.scorecard;
  if (writeScoreTo === null) throw new ProblemError('score-target-missing');
  return writeScoreTo;
}

/** As Zendesk calls it in macros and triggers. */
const fieldOf = (target: ScoreTarget): string =>
  target.kind === 'tag' ? 'tags' : `custom_fields_${target.fieldId}`;

interface Planned {
  readonly plan: ScorePlan;
  readonly updatedAt: string;
}

async function readPlan(reader: ContextReader, score: number): Promise<Transient<Planned>> {
  const target = targetOf(reader);
  const [ticket, account] = await Promise.all([reader.need('ticket'), reader.need('account')]);
  if (ticket.measure(({ ticket: { status } }) => status === 'closed'))
    throw new ProblemError('ticket-refused-change', { detail: 'A closed ticket cannot be changed.' });
  const plan = Transient.all([ticket, account]).map(([{ ticket: one }, shape]) =>
    planScore(one, target, score, shape),
  );
  if (plan.measure((one) => one === undefined)) throw new ProblemError('score-target-missing');
  return Transient.all([ticket, plan]).map(([{ ticket: one }, found]) => ({
    plan: found as ScorePlan,
    updatedAt: one.updatedAt,
  }));
}
