import type { JobTable } from '../ports/job-queue.ts';
import { callAlertWebhook } from '../services/budgets/alert-webhook.ts';
import { sendAlertMail } from '../services/budgets/send-alert-mail.ts';

/** The jobs that tell people of a budget. */
export const budgetJobs: Pick<JobTable, 'budgets.send-mail' | 'budgets.call-webhook'> = {
  'budgets.send-mail': (context, told) => sendAlertMail(context, told),
  'budgets.call-webhook': (context, told) => callAlertWebhook(context, told),
};
