import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** Who stopped the AI agents of the entered subscription: the operator of the host, the subscription itself, nobody. */
export async function readStopped(tx: ReadTransaction): Promise<'host' | 'subscription' | null> {
  const { rows } = await sql<{ stopped: 'host' | 'subscription' | null }>`
    select app.ai_agents_stopped() as stopped`.execute(tx);
  return rows[0]?.stopped ?? null;
}

/** Of the entered subscription; of the operators' own, for the whole host. */
export async function setStopped(
  tx: WriteTransaction,
  subscriptionId: string,
  stopped: boolean,
): Promise<void> {
  if (stopped)
    await tx
      .insertInto('app.stop_switch')
      .values({ subscription_id: subscriptionId, what: 'ai-agents', since: sql<Date>`app.now()` })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  else await tx.deleteFrom('app.stop_switch').where('what', '=', 'ai-agents').execute();
}
