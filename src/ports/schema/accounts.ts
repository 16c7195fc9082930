import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type CreatedAt = ColumnType<Date, Date | string | undefined, never>;
/** A day; written as `YYYY-MM-DD`. */
type Day = ColumnType<Date, string, string>;

export type AccountRole = 'admin' | 'member' | 'operator';
export type AccountStatus = 'invited' | 'active' | 'disabled';

/** Tables of the people of the console. */
export interface AccountTables {
  'app.account': {
    subscription_id: string;
    id: string;
    role: AccountRole;
    status: AccountStatus;
    /** Sealed. */
    email: string;
    /** HMAC-SHA-256 in hex of the normalised address. */
    email_hash: string;
    /** Argon2id in PHC form. */
    password_hash: string | null;
    password_changed_at: Timestamp | null;
    created_at: CreatedAt;
    last_sign_in_on: Day | null;
    /** Of the mails the person gets. */
    language: Generated<'en' | 'de'>;
  };
  'app.console_session': {
    subscription_id: string;
    id: string;
    account_id: string;
    created_at: CreatedAt;
    last_seen_at: Generated<Date>;
    idle_expires_at: Timestamp;
    absolute_expires_at: Timestamp;
    device: string;
    proven_at: Timestamp | null;
    revoked_at: Timestamp | null;
  };
  'app.refresh_token': {
    subscription_id: string;
    id: string;
    session_id: string;
    token_hash: string;
    parent_id: string | null;
    generation: number;
    created_at: CreatedAt;
    used_at: Timestamp | null;
    expires_at: Timestamp;
    absolute_expires_at: Timestamp;
  };
  'app.signing_key': {
    subscription_id: string;
    id: string;
    /** SPKI in PEM. */
    public_key: string;
    /** PKCS #8 in PEM, sealed. */
    private_key: string;
    created_at: CreatedAt;
    signs_from: Timestamp;
    verifies_until: Timestamp | null;
  };
}
