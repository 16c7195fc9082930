import type { ColumnType, Generated } from 'kysely';
import type { AiAgentStatus } from '../../contract/ai-agents.ts';
import type { TestOutcome, TestRunState } from '../../contract/questions.ts';

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
  'app.ai_agent_question': {
    subscription_id: string;
    id: string;
    ai_agent_id: string;
    /** JSON sealed by the SecretBox. */
    content: string;
    created_at: Timestamp;
    updated_at: Timestamp;
    account_id: string | null;
  };
  'app.ai_agent_test_run': {
    subscription_id: string;
    id: string;
    ai_agent_id: string;
    version: number;
    state: TestRunState;
    total: number;
    step: Generated<number>;
    error_code: string | null;
    started_at: Timestamp;
    touched_at: Timestamp;
    finished_at: Timestamp | null;
    account_id: string | null;
  };
  'app.ai_agent_test_result': {
    subscription_id: string;
    run_id: string;
    question_id: string;
    outcome: TestOutcome;
    reasons: string[];
    tested_at: Timestamp;
  };
  'app.ai_agent_outcome': {
    subscription_id: string;
    ai_agent_id: string;
    day: ColumnType<string, string, never>;
    tickets: number;
    handed_off: number;
    confirmed: number;
    silent: number;
    came_back: number;
    counted_at: Timestamp;
  };
  'app.stop_switch': {
    subscription_id: string;
    what: 'ai-agents';
    since: Timestamp;
  };
  /** A conversation that Zendesk did not take at once; what was said is kept elsewhere. */
  'app.chat_delivery': {
    subscription_id: string;
    session_id: string;
    ai_agent_id: string;
    called: boolean;
    state: 'waiting' | 'expired';
    attempts: number;
    step: number;
    error_code: string | null;
    created_at: Timestamp;
    expires_at: Timestamp;
  };
}
