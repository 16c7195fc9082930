import type { ColumnType, Generated } from 'kysely';

type CreatedAt = ColumnType<Date, Date | string | undefined, never>;

/** Tables of the envelope encryption: root key → master key → data keys of a subscription. */
export interface DataKeyTables {
  /** Rows of the platform subscription. */
  'app.master_key': {
    subscription_id: string;
    id: string;
    state: 'active' | 'retired';
    created_at: CreatedAt;
  };
  /** A master key under a root key; rows of the platform subscription. */
  'app.master_key_wrapper': {
    subscription_id: string;
    id: string;
    master_key_id: string;
    state: 'staged' | 'active' | 'old';
    /** Names the root key to the operator. */
    fingerprint: string;
    /** Base64url. */
    wrapped: string;
    created_at: CreatedAt;
  };
  'app.data_key': {
    subscription_id: string;
    id: string;
    purpose: 'seal' | 'derive';
    state: Generated<'active' | 'retired'>;
    /** Base64url. */
    wrapped: string;
    /** Null when a key service outside wraps it. */
    master_owner: string | null;
    master_key_id: string | null;
    /** Seals handed out to processes; never less than were made. */
    sealed_count: Generated<string>;
    created_at: CreatedAt;
    retired_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
}
