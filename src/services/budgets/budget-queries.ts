import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import type { Amounts, Budget, Spending } from './budget.ts';

/** Every budget of the entered subscription, oldest first. */
export async function readBudgets(tx: ReadTransaction): Promise<Budget[]> {
  const query = sql<Omit<Budget, 'most'> & { readonly most: string }>`
    select id, scope, subject, metric, period, most, to_char(warned_for, 'YYYY-MM-DD') as "warnedFor",
      to_char(used_up_for, 'YYYY-MM-DD') as "usedUpFor"
    from app.budget order by created_at, id`;
  return (await query.execute(tx)).rows.map((row) => ({ ...row, most: Number(row.most) }));
}

export async function readBudget(tx: ReadTransaction, id: string): Promise<Budget | undefined> {
  return (await readBudgets(tx)).find((budget) => budget.id === id);
}

interface SpentRow {
  readonly today: string;
  readonly dayEnds: string;
  readonly monthEnds: string;
  readonly feature: string | null;
  readonly dayTokens: string | null;
  readonly dayCost: string | null;
  readonly dayCalls: string | null;
  readonly dayUnpriced: string | null;
  readonly tokens: string | null;
  readonly cost: string | null;
  readonly calls: string | null;
  readonly unpriced: string | null;
}

/** What the entered subscription used today and this month; by the database's clock. */
export async function readSpending(tx: ReadTransaction): Promise<Spending> {
  const query = sql<SpentRow>`
    with clock as (select (app.now() at time zone 'UTC')::date as today)
    select to_char(clock.today, 'YYYY-MM-DD') as today,
      extract(epoch from (clock.today + 1)::timestamp at time zone 'UTC' - app.now()) as "dayEnds",
      extract(epoch from (date_trunc('month', clock.today) + interval '1 month')::timestamp at time zone 'UTC' - app.now())
        as "monthEnds",
      usage.feature,
      sum(input_tokens + output_tokens) filter (where usage.day = clock.today) as "dayTokens",
      sum(cost_nano_usd) filter (where usage.day = clock.today) as "dayCost",
      sum(model_calls) filter (where usage.day = clock.today) as "dayCalls",
      sum(unpriced_calls) filter (where usage.day = clock.today) as "dayUnpriced",
      sum(input_tokens + output_tokens) as tokens, sum(cost_nano_usd) as cost, sum(model_calls) as calls,
      sum(unpriced_calls) as unpriced
    from clock left join app.usage_day usage
      on usage.day between date_trunc('month', clock.today)::date and clock.today
    group by clock.today, usage.feature`;
  const { rows } = await query.execute(tx);
  const first = rows[0] as SpentRow;
  return {
    today: first.today,
    dayEndsInSeconds: Number(first.dayEnds),
    monthEndsInSeconds: Number(first.monthEnds),
    byFeature: new Map(
      rows.flatMap((row) =>
        row.feature === null
          ? []
          : [
              [
                row.feature,
                {
                  day: amounts(row.dayTokens, row.dayCost, row.dayCalls, row.dayUnpriced),
                  month: amounts(row.tokens, row.cost, row.calls, row.unpriced),
                },
              ] as const,
            ],
      ),
    ),
  };
}

const amounts = (
  tokens: string | null,
  cost: string | null,
  calls: string | null,
  unpriced: string | null,
): Amounts => ({
  tokens: Number(tokens),
  nanoUsd: Number(cost),
  calls: Number(calls),
  unpricedCalls: Number(unpriced),
});

/** Locks the subscription against others who count its budgets. */
export async function countBudgets(tx: WriteTransaction): Promise<number> {
  await sql`select from app.subscription for no key update`.execute(tx);
  const { rows } = await sql<{ count: string }>`select count(*) as count from app.budget`.execute(tx);
  return Number(rows[0]?.count);
}

/** False when there is one of the same scope, metric and period. */
export async function insertBudget(
  tx: WriteTransaction,
  subscriptionId: string,
  budget: Omit<Budget, 'warnedFor' | 'usedUpFor'>,
  now: Date,
): Promise<boolean> {
  const made = await tx
    .insertInto('app.budget')
    .values({ subscription_id: subscriptionId, ...budget, created_at: now })
    .onConflict((conflict) =>
      conflict.columns(['subscription_id', 'scope', 'subject', 'metric', 'period']).doNothing(),
    )
    .executeTakeFirst();
  return made.numInsertedOrUpdatedRows === 1n;
}

/** Another amount; people are told anew when it is reached. False when the budget is gone. */
export async function updateBudget(tx: WriteTransaction, id: string, most: number): Promise<boolean> {
  const changed = await tx
    .updateTable('app.budget')
    .set({ most, warned_for: null, used_up_for: null })
    .where('id', '=', id)
    .executeTakeFirst();
  return changed.numUpdatedRows === 1n;
}

export async function deleteBudget(tx: WriteTransaction, id: string): Promise<boolean> {
  const gone = await tx.deleteFrom('app.budget').where('id', '=', id).executeTakeFirst();
  return gone.numDeletedRows === 1n;
}

/** Notes that people are told of a stage in a period; false when they were, or the budget has changed meanwhile. What is used up needs no warning any more. */
export async function claimAlert(
  tx: WriteTransaction,
  { id, most }: Budget,
  stage: 'warning' | 'used-up',
  period: string,
): Promise<boolean> {
  const claimed = await sql`
    update app.budget set warned_for = ${period}::date,
      used_up_for = case when ${stage} = 'used-up' then ${period}::date else used_up_for end
    where id = ${id} and most = ${most}
      and ${sql.ref(stage === 'used-up' ? 'used_up_for' : 'warned_for')} is distinct from ${period}::date`.execute(
    tx,
  );
  return claimed.numAffectedRows === 1n;
}

/** Who is told: those who may change budgets. */
export async function readAdminIds(tx: ReadTransaction): Promise<string[]> {
  const rows = await tx
    .selectFrom('app.account')
    .select('id')
    .where('role', '=', 'admin')
    .where('status', '=', 'active')
    .execute();
  return rows.map(({ id }) => id);
}

export const readAlertWebhook = (tx: ReadTransaction) =>
  tx
    .selectFrom('app.alert_webhook')
    .select(['url', 'host', 'secret', 'updated_at as updatedAt'])
    .executeTakeFirst();

export async function upsertAlertWebhook(
  tx: WriteTransaction,
  subscriptionId: string,
  /** `url` and `secret` are sealed. */
  row: { readonly url: string; readonly host: string; readonly secret: string },
  now: Date,
): Promise<void> {
  await tx
    .insertInto('app.alert_webhook')
    .values({ subscription_id: subscriptionId, ...row, updated_at: now })
    .onConflict((conflict) => conflict.column('subscription_id').doUpdateSet({ ...row, updated_at: now }))
    .execute();
}

export async function deleteAlertWebhook(tx: WriteTransaction): Promise<boolean> {
  const gone = await tx.deleteFrom('app.alert_webhook').executeTakeFirst();
  return gone.numDeletedRows === 1n;
}
