import type { Call } from '../../ports/call.ts';
import type { BudgetTold } from '../../ports/job-queue.ts';
import { emailBinding } from '../accounts/email-address.ts';
import { readRecipient } from '../links/account-link-queries.ts';
import { alertMail } from './alert-texts.ts';
import { readBudget } from './budget-queries.ts';

/** Tells an admin that a budget runs out or has run out; in one that was removed nobody is interested. Throws `mail-unavailable`. */
export async function sendAlertMail(
  call: Call<'database' | 'secretBox' | 'mailer'>,
  told: BudgetTold & { readonly accountId: string },
): Promise<void> {
  const { subscriptionId } = call;
  const { database, secretBox, mailer } = call.ports;
  const { recipient, budget } = await database.read(call, async (tx) => ({
    recipient: await readRecipient(tx, told.accountId),
    budget: await readBudget(tx, told.budgetId),
  }));
  if (recipient === undefined || recipient.status !== 'active' || budget === undefined) return;
  const to = await secretBox.open(recipient.email, emailBinding(subscriptionId, told.accountId));
  const mail = alertMail(recipient.language, recipient.subscriptionName, {
    budget,
    stage: told.stage,
    used: Number(told.used),
  });
  await mailer.send({ to, ...mail }, call.signal);
}
