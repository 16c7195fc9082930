import type { TriageProposal } from '../../contract/abilities.ts';
import type { TriageRules } from '../../contract/triage.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Ticket } from '../../ports/help-desk.ts';
import type { ContextReader } from '../context/context-reader.ts';
import type { CopilotCall, CopilotServices } from '../copilot-call.ts';
import { modelCertainty } from '../features/triage-ticket.ts';
import { answerOf, finishing, prepare } from '../run-feature.ts';
import { isOpen } from './plan-change.ts';

/** Decides what a proposal leaves open, where the rules would use it. */
export type BreakTies = (
  reader: ContextReader,
  proposal: Transient<TriageProposal>,
  rules: TriageRules,
) => Promise<Transient<TriageProposal>>;

/** No longer than this: other tickets wait, and the ticket may change meanwhile. */
const mostMs = 20_000;

/**
 * Asks the subscription's model, with budget, masking and receipt as for an agent, once for all tries of a job: a ticket that
 * changes meanwhile is decided by the same answer where its choices are still the same. Without a provider, past a budget, or
 * when the model fails, the proposal stays as it is.
 */
export function tieBreaker(call: CopilotCall, services: CopilotServices): BreakTies {
  let answered: Transient<TriageProposal> | undefined;
  let hasAsked = false;
  return async (reader, proposal, rules) => {
    const ticket = await reader.need('ticket');
    const about = Transient.all([ticket, proposal]);
    const mayAskAbout = rules.fields
      .filter(({ suggestFrom }) => suggestFrom <= modelCertainty)
      .filter((rule) => about.measure(([{ ticket: one }, { values }]) => isUndecided(one, rule, values)))
      .map(({ field }) => field);
    if (mayAskAbout.length === 0) return proposal;
    if (!hasAsked) {
      hasAsked = true;
      answered = await ask(call, services, reader, mayAskAbout);
    }
    return answered === undefined
      ? proposal
      : Transient.all([proposal, answered]).map(([now, then]) => withChoices(now, then));
  };
}

const isUndecided = (
  ticket: Ticket,
  rule: TriageRules['fields'][number],
  values: TriageProposal['values'],
): boolean =>
  values.some(
    ({ field, candidates }) =>
      field === rule.field &&
      candidates.length > 1 &&
      candidates.some(({ value }) => isOpen(ticket, rule, value)),
  );

async function ask(
  call: CopilotCall,
  services: CopilotServices,
  reader: ContextReader,
  mayAskAbout: readonly string[],
): Promise<Transient<TriageProposal> | undefined> {
  const late = AbortSignal.timeout(mostMs);
  const within = { ...call, signal: AbortSignal.any([call.signal, late]) };
  try {
    const running = await prepare(within, services, {
      feature: 'triage-ticket',
      body: { ticketId: reader.about.ticketId, mayAskAbout },
      emit: undefined,
    });
    if (running.connection === undefined) return undefined;
    const { output } = await finishing({ ...running, reader }, () => answerOf({ ...running, reader }));
    return output as Transient<TriageProposal>;
  } catch (error) {
    if (call.signal.aborted || !(error instanceof ProblemError || late.aborted)) throw error;
    return undefined;
  }
}

/** What the model chose, where it is still to be chosen. */
const withChoices = (now: TriageProposal, then: TriageProposal): TriageProposal => ({
  ...now,
  values: now.values.map((value) => {
    const chosen = then.values.find(({ field, decidedBy }) => field === value.field && decidedBy === 'model');
    return chosen !== undefined && value.candidates.some((one) => one.value === chosen.value)
      ? chosen
      : value;
  }),
});
