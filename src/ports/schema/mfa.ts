import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type CreatedAt = ColumnType<Date, Date | string | undefined, never>;
/** Text sealed by the SecretBox. */
type Sealed = string;

/** Second factors and the step between password and code. */
export interface MfaSchema {
  'app.second_factor_rule': {
    subscription_id: string;
    required: boolean;
    updated_at: Timestamp;
  };
  'app.second_factor': {
    subscription_id: string;
    account_id: string;
    /** Base32, sealed; null until a first code was right. */
    secret: Sealed | null;
    confirmed_at: Timestamp | null;
    pending_secret: Sealed | null;
    pending_until: Timestamp | null;
    /** Time step of the newest code taken. */
    last_accepted_counter: Generated<string>;
    recent_failures: Generated<Date[]>;
    failures_in_a_row: Generated<number>;
    created_at: CreatedAt;
  };
  'app.recovery_code': {
    subscription_id: string;
    account_id: string;
    /** HMAC-SHA-256, hex. */
    code_hash: string;
    created_at: CreatedAt;
  };
  'app.sign_in_challenge': {
    subscription_id: string;
    id: string;
    account_id: string;
    /** SHA-256, hex. */
    token_hash: string;
    failures: Generated<number>;
    expires_at: Timestamp;
    created_at: CreatedAt;
  };
}
