import { sql, type RawBuilder } from 'kysely';
import type { WriteTransaction } from '../../ports/database.ts';
import type { RetentionLookups, Swept } from '../../ports/retention-lookups.ts';

/** The sweeps, on a connection that has entered no subscription. */
export function createRetentionLookups(transaction: WriteTransaction): RetentionLookups {
  const run = async (call: RawBuilder<unknown>): Promise<readonly Swept[]> => {
    const query = sql<{ subscriptionId: string; swept: string }>`
      select subscription_id as "subscriptionId", swept from ${call}`;
    const { rows } = await query.execute(transaction);
    return rows.map(({ subscriptionId, swept }) => ({ subscriptionId, rows: Number(swept) }));
  };
  return {
    sweep: (rule, limit) => run(sql`${sql.id('app', `sweep_${rule}`)}(${limit})`),
    sweepAuditEvents: (keepDays, limit) => run(sql`app.sweep_audit_event(${limit}, ${keepDays})`),
  };
}
