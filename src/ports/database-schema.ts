import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { MaskedCounts, MaskingSettings } from '../contract/masking.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { ZendeskConnectionRow, ZendeskOAuthSchema } from './schema/zendesk-oauth.ts';
import type { AccountTables } from './schema/accounts.ts';
import type { AiAgentTables } from './schema/ai-agents.ts';
import type { ConfluenceTables } from './schema/confluence.ts';
import type { DataKeyTables } from './schema/data-keys.ts';
import type { KnowledgeTables } from './schema/knowledge.ts';
import type { LinksSchema } from './schema/links.ts';
import type { MacroTables } from './schema/macros.ts';
import type { MfaSchema } from './schema/mfa.ts';
import type { TriageSchema } from './schema/triage.ts';
import type { UsageTables } from './schema/usage.ts';
import type { SubscriptionRow, SubscriptionTables } from './schema/subscriptions.ts';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type CreatedAt = ColumnType<Date, Date | string | undefined, never>;
/** Set by a trigger; the program may not name the column. */
type Chained<T> = ColumnType<T, never, never>;
/** Text sealed by the SecretBox: base64url of 0x01, data key id, nonce, text and tag. */
export type Sealed = string;

/** The tables of schema `app`, as migrations make them. Every one has row-level security. */
export interface DatabaseSchema
  extends
    AccountTables,
    AiAgentTables,
    ConfluenceTables,
    DataKeyTables,
    KnowledgeTables,
    LinksSchema,
    MacroTables,
    MfaSchema,
    SubscriptionTables,
    TriageSchema,
    UsageTables,
    ZendeskOAuthSchema {
  'app.subscription': SubscriptionRow;
  'app.zendesk_connection': ZendeskConnectionRow;
  'app.sidebar_installation': {
    subscription_id: string;
    id: Generated<string>;
    audience: string;
    issuer: string;
    public_key_pem: string;
    created_at: CreatedAt;
  };
  'app.provider_connection': {
    subscription_id: string;
    id: Generated<string>;
    kind: string;
    label: string;
    base_url: string | null;
    model: string;
    api_key: Sealed;
    key_last_four: string;
    is_default: boolean;
    demo: boolean;
    /** Tokens; null when the catalogue knows it. */
    context_window: number | null;
    /** Who is asked, in this order, when the default cannot; null: never. */
    fallback_order: number | null;
    key_state: 'valid' | 'invalid' | 'no-credit' | 'unreachable' | null;
    key_checked_at: Timestamp | null;
    /** Of the same connection, for features the lead wants fast; null: `model` for all. */
    fast_model: string | null;
    created_at: CreatedAt;
  };
  'app.feature_setting': {
    subscription_id: string;
    feature: string;
    enabled: boolean;
    instructions: Sealed | null;
    updated_at: Timestamp;
    /** 0: the default. */
    prompt_version: Generated<number>;
    model_tier: 'fast' | 'quality' | null;
  };
  'app.lead_setting': {
    subscription_id: string;
    kind: string;
    document: Sealed;
    updated_at: Timestamp;
  };
  'app.prompt_version': {
    subscription_id: string;
    feature: string;
    version: number;
    instructions: Sealed | null;
    created_at: Timestamp;
    account_id: string | null;
  };
  'app.masking_setting': {
    subscription_id: string;
    enabled: boolean;
    types: JSONColumnType<MaskingSettings['types']>;
    regions: JSONColumnType<readonly string[]>;
    patterns: Sealed;
    updated_at: Timestamp;
  };
  'app.receipt': {
    subscription_id: string;
    id: Generated<string>;
    feature: string;
    ticket_id: string | null;
    zendesk_agent_id: string | null;
    at: Timestamp;
    provider_kind: string;
    provider_host: string;
    model: string;
    demo: boolean;
    comments_sent: number;
    sources_sent: number;
    values_masked: number;
    masked: JSONColumnType<MaskedCounts>;
    prompt_version: Generated<number>;
    provider_calls: number;
    help_desk_calls: number;
    input_tokens: number;
    cached_input_tokens: number;
    output_tokens: number;
    reasoning_tokens: number;
    cost_nano_usd: string | null;
    cost_quality: string;
    outcome: string;
    duration_ms: number;
    verdict: 'up' | 'down' | null;
    verdict_reason: string | null;
    answer_outcome: 'inserted' | 'edited' | 'discarded' | null;
    edit_share: number | null;
  };
  'app.audit_event': {
    subscription_id: string;
    sequence: Chained<string>;
    at: Chained<Date>;
    actor_kind: string;
    actor_id: string;
    action: string;
    target: string | null;
    outcome: string;
    request_id: string;
    permission: string;
    facts: JSONColumnType<JsonObject>;
    previous_hash: Chained<string>;
    hash: Chained<string>;
  };
  /** The end of each audit chain; read-only. */
  'app.audit_head': {
    subscription_id: Chained<string>;
    sequence: Chained<string>;
    hash: Chained<string>;
    /** The last event that was cut off the start; 0 and empty when none was. */
    checkpoint_sequence: Chained<string>;
    checkpoint_hash: Chained<string>;
    checkpoint_at: Chained<Date | null>;
  };
  'app.job_outbox': {
    subscription_id: string;
    id: Generated<string>;
    name: string;
    ids: JSONColumnType<Record<string, string>>;
    dedupe_key: string | null;
    run_after: Timestamp;
    attempts: Generated<number>;
    locked_until: Timestamp | null;
    finished_at: Timestamp | null;
    error_code: string | null;
    created_at: CreatedAt;
  };
}
