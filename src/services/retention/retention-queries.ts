import { sql } from 'kysely';
import type { ReadTransaction } from '../../ports/database.ts';

/** Whether the log of the entered subscription says, within the last day, that sweeps passed it by. */
export async function hasRecentHoldNote(tx: ReadTransaction): Promise<boolean> {
  const row = await tx
    .selectFrom('app.audit_event')
    .select('sequence')
    .where('at', '>', sql<Date>`app.now() - interval '1 day'`)
    .where('action', '=', 'subscription.hold-respected')
    .where(sql<boolean>`facts ->> 'what' = 'retention'`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
