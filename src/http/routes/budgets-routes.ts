import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/budgets.ts';
import { removeAlertWebhook, setAlertWebhook } from '../../services/budgets/alert-webhook.ts';
import { addBudget, changeBudget, listBudgets, removeBudget } from '../../services/budgets/manage-budgets.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';

/** Budgets and where their alerts go. */
export function addBudgetsRoutes(app: FastifyInstance, context: HttpContext): void {
  route(app, context, contract.listBudgets, (caller) => listBudgets(callOf(context, caller), context.ledger));
  route(app, context, contract.addBudget, (caller) =>
    addBudget(callOf(context, caller), context, caller.body),
  );
  route(app, context, contract.changeBudget, async (caller) => {
    await changeBudget(callOf(context, caller), context, caller.params.budgetId, caller.body.most);
    return {};
  });
  route(app, context, contract.removeBudget, async (caller) => {
    await removeBudget(callOf(context, caller), context, caller.params.budgetId);
    return {};
  });
  route(app, context, contract.setAlertWebhook, (caller) =>
    setAlertWebhook(callOf(context, caller), caller.body.url),
  );
  route(app, context, contract.removeAlertWebhook, async (caller) => {
    await removeAlertWebhook(callOf(context, caller));
    return {};
  });
}
