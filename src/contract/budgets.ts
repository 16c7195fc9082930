import { z } from 'zod';
import { featureNames } from './copilot.ts';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});
const ofConsole = { audience: 'console', bodyLimit: 4 * kilobyte } as const;
const changes = {
  ...ofConsole,
  permission: { permission: 'settings:write' },
  rateClass: 'write',
} as const;

const most = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** The most the subscription, or one feature, may use. */
export const BudgetInput = z
  .object({
    scope: z.enum(['subscription', 'feature']),
    /** Null for the whole subscription. */
    feature: z.enum(featureNames).nullable(),
    /** Tokens in and out, or billionths of a US dollar. */
    metric: z.enum(['tokens', 'nano-usd']),
    /** Of UTC. */
    period: z.enum(['day', 'month']),
    most,
  })
  .refine(({ scope, feature }) => (scope === 'feature') === (feature !== null), {
    message: 'A feature belongs to the scope feature',
    path: ['feature'],
  });
export type BudgetInput = z.infer<typeof BudgetInput>;

export const BudgetState = z.object({
  id: z.string(),
  scope: z.string(),
  /** Of the scope `feature`. */
  feature: z.string().nullable(),
  metric: z.enum(['tokens', 'nano-usd']),
  period: z.enum(['day', 'month']),
  most: z.number().int(),
  /** In this period, by calls that have ended. */
  used: z.number().int(),
  /** Calls of this period whose cost nobody knows; a budget in money does not see them. */
  unpricedCalls: z.number().int(),
  state: z.enum(['open', 'warning', 'used-up']),
});
export type BudgetState = z.infer<typeof BudgetState>;

export const listBudgets = endpoint({
  ...ofConsole,
  method: 'GET',
  path: '/v1/budgets',
  summary: 'Budgets with what is used of them',
  permission: { permission: 'usage:read' },
  audit: { none: 'reads numbers' },
  rateClass: 'read',
  params: nothing,
  body: z.undefined(),
  response: z.object({
    budgets: z.array(BudgetState),
    /** Where alerts go besides mail; null: nowhere. */
    webhook: z.object({ host: z.string(), updatedAt: z.string() }).nullable(),
  }),
});

export const addBudget = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/budgets',
  summary: 'Set a budget',
  audit: { event: 'budget.added' },
  params: nothing,
  body: BudgetInput,
  response: z.object({ id: z.string() }),
});

const BudgetPath = z.object({ budgetId: z.uuid() });

export const changeBudget = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/budgets/:budgetId',
  summary: 'Change the amount of a budget',
  audit: { event: 'budget.changed' },
  params: BudgetPath,
  body: z.object({ most }),
  response: nothing,
});

export const removeBudget = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/budgets/:budgetId',
  summary: 'Remove a budget',
  audit: { event: 'budget.removed' },
  params: BudgetPath,
  body: z.unknown(),
  response: nothing,
});

/** What the webhook is sent when 80 % of a budget are used, and all of it. Signed: see `alertSignatureHeader`. */
export const BudgetAlert = z.object({
  /** Names the alert: the same when it is sent again. */
  id: z.string(),
  event: z.enum(['budget.warned', 'budget.used-up']),
  at: z.string(),
  subscription: z.string(),
  budget: BudgetState.omit({ state: true, unpricedCalls: true }),
});
export type BudgetAlert = z.infer<typeof BudgetAlert>;

/** `t=<seconds>,v1=<hex>`: HMAC-SHA-256 of `<seconds>.<body>` with the webhook's secret. */
export const alertSignatureHeader = 'x-indesk-signature';

/** The secret that signs deliveries is shown once. */
export const setAlertWebhook = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/budgets/webhook',
  summary: 'Send alerts about budgets to an address of your own',
  audit: { event: 'alert-webhook.set' },
  stepUp: true,
  params: nothing,
  body: z.object({ url: z.url().max(2_000) }),
  response: z.object({ signingSecret: z.string() }),
});

export const removeAlertWebhook = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/budgets/webhook',
  summary: 'Stop sending alerts to the address',
  audit: { event: 'alert-webhook.removed' },
  params: nothing,
  body: z.unknown(),
  response: nothing,
});
