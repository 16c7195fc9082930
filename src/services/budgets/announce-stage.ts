import type { Ids } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import { claimAlert, readAdminIds, readAlertWebhook } from './budget-queries.ts';
import type { Budget } from './budget.ts';

class AlreadyTold extends Error {}

/** Tells admins and webhook, once a period, that a budget runs out or has run out; of many processes that notice, one does. */
export async function announceStage(
  { database, jobs, ids }: { readonly database: Database; readonly jobs: JobQueue; readonly ids: Ids },
  subscriptionId: string,
  budget: Budget,
  told: { readonly stage: 'warning' | 'used-up'; readonly period: string; readonly used: number },
): Promise<void> {
  const { stage, period, used } = told;
  const call = { subscriptionId, actor: { kind: 'system', id: 'budgets' }, requestId: ids.next() } as const;
  const facts = { used, most: budget.most, metric: budget.metric, period: budget.period };
  const action = stage === 'warning' ? 'budget.warned' : 'budget.used-up';
  try {
    await database.write(
      call,
      { permission: 'system', audit: { action, target: budget.id, facts } },
      async (tx) => {
        if (!(await claimAlert(tx, budget, stage, period))) throw new AlreadyTold();
        const about = { budgetId: budget.id, stage, period, used: String(used), alertId: call.requestId };
        for (const accountId of await readAdminIds(tx))
          await jobs.enqueue(tx, call, 'budgets.send-mail', { ...about, accountId });
        if ((await readAlertWebhook(tx)) !== undefined)
          await jobs.enqueue(tx, call, 'budgets.call-webhook', about);
      },
    );
  } catch (error) {
    if (!(error instanceof AlreadyTold)) throw error;
  }
}
