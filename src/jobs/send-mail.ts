import type { JobPayloads, JobTable } from '../ports/job-queue.ts';
import { answerRequest } from '../services/links/request-reset.ts';
import { sendLink } from '../services/links/send-link.ts';
import { sendNotice, tellOldAddress } from '../services/links/send-notice.ts';

type MailJob = Extract<keyof JobPayloads, `mail.${string}`>;

/** The jobs that send mail; `publicUrl` is where people reach the console. */
export const mailJobs = (publicUrl: string): Pick<JobTable, MailJob> => ({
  'mail.send-link': (context, { linkId }) => sendLink(context, linkId, publicUrl),
  'mail.answer-request': (context, { emailIndex }) => answerRequest(context, emailIndex, publicUrl),
  'mail.send-notice': (context, { accountId, notice }) => sendNotice(context, accountId, notice),
  'mail.tell-old-address': (context, { linkId }) => tellOldAddress(context, linkId),
});
