import type { BudgetInput, BudgetState } from '../../contract/budgets.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import type { CallLedger } from '../usage/call-ledger.ts';
import type { BudgetKeeper } from './budget-keeper.ts';
import {
  countBudgets,
  deleteBudget,
  insertBudget,
  readAlertWebhook,
  readBudgets,
  readSpending,
  updateBudget,
} from './budget-queries.ts';
import { counted, spentOn, stageOf, type Budget } from './budget.ts';

/** What remembers budgets and has to learn of a change. */
export interface BudgetMemory {
  readonly settings: Pick<SettingsReader, 'forget'>;
  readonly budgets: Pick<BudgetKeeper, 'forget'>;
}

const mostBudgets = 50;

/** Every budget with what calls that have ended used of it, and where alerts go. */
export async function listBudgets(call: Call<'database'>, ledger: Pick<CallLedger, 'flush'>) {
  await ledger.flush();
  const { budgets, spending, webhook } = await call.ports.database.read(call, async (tx) => ({
    budgets: await readBudgets(tx),
    spending: await readSpending(tx),
    webhook: await readAlertWebhook(tx),
  }));
  return {
    budgets: budgets.map((budget): BudgetState => {
      const spent = spentOn(budget, spending);
      const used = counted(budget, spent);
      return {
        ...shownBudget(budget, used),
        unpricedCalls: spent.unpricedCalls,
        state: stageOf(budget, used),
      };
    }),
    webhook:
      webhook === undefined ? null : { host: webhook.host, updatedAt: webhook.updatedAt.toISOString() },
  };
}

/** A budget as people are told of it. */
export const shownBudget = ({ id, scope, subject, metric, period, most }: Budget, used: number) => ({
  id,
  scope,
  feature: scope === 'feature' ? subject : null,
  metric,
  period,
  most,
  used,
});

/** Sets a budget. Throws `conflict` when there is one for the same, or too many. */
export async function addBudget(
  call: Call<'database' | 'ids' | 'clock'>,
  memory: BudgetMemory,
  { feature, ...input }: BudgetInput,
): Promise<{ readonly id: string }> {
  const { database, ids, clock } = call.ports;
  const id = ids.next();
  const subject = feature ?? '';
  const facts = { ...input, subject };
  await database.write(
    call,
    { permission: 'settings:write', audit: { action: 'budget.added', target: id, facts } },
    async (tx) => {
      if ((await countBudgets(tx)) >= mostBudgets)
        throw new ProblemError('conflict', { detail: `There are ${mostBudgets} budgets already.` });
      if (!(await insertBudget(tx, call.subscriptionId, { id, subject, ...input }, clock.now())))
        throw new ProblemError('conflict', { detail: 'There is such a budget; change its amount.' });
    },
  );
  forget(memory, call.subscriptionId);
  return { id };
}

/** Changes the amount; who was told is told again when the new one is reached. Throws `not-found`. */
export async function changeBudget(
  call: Call<'database'>,
  memory: BudgetMemory,
  id: string,
  most: number,
): Promise<void> {
  await call.ports.database.write(
    call,
    { permission: 'settings:write', audit: { action: 'budget.changed', target: id, facts: { most } } },
    async (tx) => {
      if (!(await updateBudget(tx, id, most))) throw new ProblemError('not-found');
    },
  );
  forget(memory, call.subscriptionId);
}

/** Throws `not-found`. */
export async function removeBudget(call: Call<'database'>, memory: BudgetMemory, id: string): Promise<void> {
  await call.ports.database.write(
    call,
    { permission: 'settings:write', audit: { action: 'budget.removed', target: id } },
    async (tx) => {
      if (!(await deleteBudget(tx, id))) throw new ProblemError('not-found');
    },
  );
  forget(memory, call.subscriptionId);
}

function forget({ settings, budgets }: BudgetMemory, subscriptionId: string): void {
  settings.forget(subscriptionId);
  budgets.forget(subscriptionId);
}
