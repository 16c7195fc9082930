import type { ColumnType, Generated, JSONColumnType } from 'kysely';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
/** Numbers of Zendesk come as text: they may be longer than a JavaScript number. */
type ZendeskId = string;

export interface MacroTables {
  'app.macro': {
    subscription_id: string;
    id: ZendeskId;
    active: boolean;
    /** Null: everybody. */
    restriction_type: 'Group' | 'User' | null;
    restriction_ids: JSONColumnType<readonly number[]>;
    /** Sealed JSON of title, description and actions. */
    document: string;
    used_30d: number | null;
    created_at: Timestamp;
    updated_at: Timestamp;
    seen_at: Timestamp;
  };
  /** How far reading the macros has come; no row: not begun. */
  'app.macro_sync': {
    subscription_id: string;
    kind: 'full' | 'changes';
    cursor: string | null;
    started_at: Timestamp;
    touched_at: Timestamp;
    finished_at: Timestamp | null;
    full_at: Timestamp | null;
    watermark: Timestamp | null;
    next_watermark: Timestamp | null;
    read: Generated<number>;
    total: number | null;
    error_code: string | null;
  };
  'app.macro_event': {
    subscription_id: string;
    macro_id: ZendeskId;
    ticket_id: ZendeskId;
    /** 1 shown, 2 applied. */
    event: number;
    rank_shown: number;
    total_shown: number;
    at: Timestamp;
  };
  'app.macro_gap': {
    subscription_id: string;
    day: Timestamp;
    group_id: ZendeskId;
    looks: number;
    misses: number;
  };
}
