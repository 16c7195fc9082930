import type { ColumnType, Generated, JSONColumnType } from 'kysely';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type CreatedAt = ColumnType<Date, Date | string | undefined, never>;
/** Whole numbers beyond 32 bits arrive as text. */
type Big = ColumnType<string, string | number, string | number>;

export type SubscriptionStatus = 'active' | 'suspended' | 'expired' | 'deleting';

/** The columns of `app.subscription` that hold its life, key, limits and hold. */
export interface SubscriptionRow {
  id: string;
  name: string;
  plan: string;
  status: Generated<SubscriptionStatus>;
  created_at: CreatedAt;
  tier: Generated<string>;
  status_since: Generated<Date>;
  expires_at: Timestamp | null;
  /** Sealed. */
  contact_email: string | null;
  /** Keyed hash of the address in lower case. */
  contact_email_index: string | null;
  /** SHA-256 in hex. */
  key_hash: string | null;
  key_last_four: string | null;
  key_since: Timestamp | null;
  previous_key_hash: string | null;
  previous_key_until: Timestamp | null;
  request_quota: Big | null;
  token_quota: Big | null;
  seat_quota: number | null;
  ai_agent_quota: number | null;
  withheld_features: ColumnType<readonly string[], string | undefined, string>;
  withheld_permissions: ColumnType<readonly string[], string | undefined, string>;
  held_since: Timestamp | null;
  hold_reference: string | null;
  erase_after: Timestamp | null;
  access_withdrawn_at: Timestamp | null;
  erasure_counts: JSONColumnType<Record<string, number>> | null;
  /** Was connected to the simulators. */
  demo: Generated<boolean>;
}

/** Tables of the operator: limits used, admin tokens, proofs of erasure. */
export interface SubscriptionTables {
  'app.usage_month': {
    subscription_id: string;
    /** First day of the month, `YYYY-MM-DD`. */
    month: string;
    requests_taken: Generated<string>;
    tokens_taken: Generated<string>;
    calls: Generated<string>;
    input_tokens: Generated<string>;
    cached_input_tokens: Generated<string>;
    output_tokens: Generated<string>;
    reasoning_tokens: Generated<string>;
    cost_nano_usd: Generated<string>;
    unpriced_calls: Generated<string>;
  };
  'app.admin_token': {
    subscription_id: string;
    id: string;
    label: string;
    token_hash: string;
    scopes: JSONColumnType<readonly string[]>;
    created_by: string;
    created_at: CreatedAt;
    expires_at: Timestamp;
    last_used_on: ColumnType<Date, string, string> | null;
    revoked_at: Timestamp | null;
  };
  'app.tombstone': {
    subscription_id: string;
    id: Generated<string>;
    erased_hash: string;
    erased_at: CreatedAt;
    actor_kind: string;
    actor_id: string;
    counts: JSONColumnType<Record<string, number>>;
  };
}
