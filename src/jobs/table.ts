import type { CopilotServices } from '../copilot/copilot-call.ts';
import { tieBreaker } from '../copilot/triage/break-ties.ts';
import { proposeBy } from '../copilot/triage/propose.ts';
import { triageTicket } from '../copilot/triage/triage-ticket.ts';
import type { JobTable } from '../ports/job-queue.ts';
import type { SettingsReader } from '../services/settings/settings-reader.ts';
import type { ReadingParts } from '../services/knowledge/read-source.ts';
import { syncMacros } from '../services/macros/sync-macros.ts';
import { sweepRetention } from '../services/retention/sweep-retention.ts';
import { checkProviderKey } from '../services/integrations/check-provider-key.ts';
import { cleanUpSubscriptions } from '../services/subscriptions/clean-up-subscriptions.ts';
import type { Ending } from '../services/subscriptions/withdraw-access.ts';
import { budgetJobs } from './alert-budgets.ts';
import { checkZendeskConnection } from './check-zendesk-connection.ts';
import { finishKeyRotation } from './finish-key-rotation.ts';
import { knowledgeJobs } from './knowledge-jobs.ts';
import { aiAgentJobs, type AiAgentParts } from './ai-agent-jobs.ts';
import { mailJobs } from './send-mail.ts';

/** Name → handler of every job; `publicUrl` is where people reach the console, `auditDays` how long audit events stay. */
export const jobTable = (
  settings: SettingsReader,
  publicUrl: string,
  ending: Ending,
  auditDays: number,
  copilot: CopilotServices,
  knowledge: ReadingParts,
  aiAgents: AiAgentParts,
): JobTable => ({
  ...mailJobs(publicUrl),
  ...budgetJobs,
  ...knowledgeJobs(knowledge),
  ...aiAgentJobs(aiAgents),
  'zendesk.check-connection': (context) => checkZendeskConnection(context, settings),
  'keys.finish-rotation': (context) => finishKeyRotation(context),
  'provider.check-key': (context, { providerId }) => checkProviderKey(context, providerId),
  'subscriptions.clean-up': async (context) => {
    await cleanUpSubscriptions(context, ending);
  },
  'macros.sync': (context) => syncMacros(context, settings, (id) => copilot.macros.forget(id)),
  'triage.ticket': (context, { ticketId }) =>
    triageTicket(context, { settings, propose: proposeBy(tieBreaker(context, copilot)) }, Number(ticketId)),
  'retention.sweep': async (context) => {
    await sweepRetention(context, auditDays);
  },
});
