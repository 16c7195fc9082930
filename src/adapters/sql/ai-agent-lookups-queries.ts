import { sql } from 'kysely';
import type { AiAgentLookups } from '../../ports/ai-agent-lookups.ts';
import type { WriteTransaction } from '../../ports/database.ts';

/** The definer function for widgets, on a connection that has entered no subscription. */
export function createAiAgentLookups(transaction: WriteTransaction): AiAgentLookups {
  return {
    async aiAgentByWidgetKey(widgetKey) {
      const query = sql<{ subscriptionId: string; aiAgentId: string }>`
        select subscription_id as "subscriptionId", ai_agent_id as "aiAgentId"
        from app.ai_agent_by_widget_key(${widgetKey})`;
      return (await query.execute(transaction)).rows[0];
    },
    async aiAgentOutcomesDue(limit) {
      const query = sql<{ id: string }>`select id from app.ai_agent_outcomes_due(${limit}) as id`;
      return (await query.execute(transaction)).rows.map(({ id }) => id);
    },
  };
}
