import { createHmac, randomBytes } from 'node:crypto';
import { alertSignatureHeader, type BudgetAlert } from '../../contract/budgets.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { BudgetTold } from '../../ports/job-queue.ts';
import { deleteAlertWebhook, readAlertWebhook, readBudget, upsertAlertWebhook } from './budget-queries.ts';
import { shownBudget } from './manage-budgets.ts';

const binding = (subscriptionId: string, column: 'url' | 'secret') => ({
  subscriptionId,
  table: 'alert_webhook',
  column,
  row: subscriptionId,
});

/** Stores where alerts are sent, sealed, with a new secret, which is shown this once. Throws `egress-refused`. */
export async function setAlertWebhook(
  call: Call<'database' | 'secretBox' | 'egress' | 'clock'>,
  url: string,
): Promise<{ readonly signingSecret: string }> {
  const { database, secretBox, egress, clock } = call.ports;
  const { subscriptionId } = call;
  egress.check('webhook', url);
  const secret = `whsec_${randomBytes(32).toString('base64url')}`;
  const row = {
    url: await secretBox.seal(url, binding(subscriptionId, 'url')),
    secret: await secretBox.seal(secret, binding(subscriptionId, 'secret')),
    host: new URL(url).host,
  };
  await database.write(
    call,
    { permission: 'settings:write', audit: { action: 'alert-webhook.set', facts: { host: row.host } } },
    (tx) => upsertAlertWebhook(tx, subscriptionId, row, clock.now()),
  );
  return { signingSecret: secret };
}

/** Throws `not-found`. */
export async function removeAlertWebhook(call: Call<'database'>): Promise<void> {
  await call.ports.database.write(
    call,
    { permission: 'settings:write', audit: { action: 'alert-webhook.removed' } },
    async (tx) => {
      if (!(await deleteAlertWebhook(tx))) throw new ProblemError('not-found');
    },
  );
}

/** What proves that a body came from here at that second. */
export const signAlert = (secret: string, seconds: number, body: string): string =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;

/** Sends an alert to the subscription's own address. Throws when it did not arrive, so that it is sent again. */
export async function callAlertWebhook(
  call: Call<'database' | 'secretBox' | 'egress' | 'clock'>,
  told: BudgetTold,
): Promise<void> {
  const { database, secretBox, egress, clock } = call.ports;
  const { subscriptionId } = call;
  const { webhook, budget } = await database.read(call, async (tx) => ({
    webhook: await readAlertWebhook(tx),
    budget: await readBudget(tx, told.budgetId),
  }));
  if (webhook === undefined || budget === undefined) return;
  const url = await secretBox.open(webhook.url, binding(subscriptionId, 'url'));
  const secret = await secretBox.open(webhook.secret, binding(subscriptionId, 'secret'));
  const now = clock.now();
  const alert: BudgetAlert = {
    id: told.alertId,
    event: told.stage === 'warning' ? 'budget.warned' : 'budget.used-up',
    at: now.toISOString(),
    subscription: subscriptionId,
    budget: shownBudget(budget, Number(told.used)),
  };
  const body = JSON.stringify(alert);
  const response = await egress.fetchFor('webhook')(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [alertSignatureHeader]: signAlert(secret, Math.floor(now.getTime() / 1000), body),
    },
    body,
    signal: call.signal,
  });
  await response.body?.cancel();
  if (!response.ok) throw new ProblemError('webhook-unavailable');
}
