import type { ColumnType, Generated } from 'kysely';
import type { AiAgentStatus } from '../../contract/ai-agents.ts';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type Count = Generated<string>;

export interface AiAgentTables {
  'app.ai_agent': {
    subscription_id: string;
    id: string;
    name: string;
    status: AiAgentStatus;
    published_version: number | null;
    widget_key: string;
    /** Text sealed by the SecretBox. */
    identity_secret: string | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'app.ai_agent_version': {
    subscription_id: string;
    ai_agent_id: string;
    version: number;
    /** JSON sealed by the SecretBox. */
    settings: string;
    created_at: Timestamp;
    account_id: string | null;
  };
  'app.ai_agent_day': {
    subscription_id: string;
    ai_agent_id: string;
    day: ColumnType<string, string, never>;
    conversations: Count;
    turns: Count;
    unanswered: Count;
    hand_offs: Count;
    verdicts_up: Count;
    verdicts_down: Count;
    input_tokens: Count;
    output_tokens: Count;
    cost_nano_usd: Count;
    unpriced_turns: Count;
    held_tokens: Count;
    held_nano_usd: Count;
  };
}
