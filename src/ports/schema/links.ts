import type { ColumnType, Generated } from 'kysely';
import type { LinkKind } from '../../contract/links.ts';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type CreatedAt = ColumnType<Date, Date | string | undefined, never>;

/** Links that work once, sent by mail. */
export interface LinksSchema {
  'app.one_time_link': {
    subscription_id: string;
    id: string;
    account_id: string;
    kind: LinkKind;
    /** SHA-256 of the token, hex; null until the mail is being sent. */
    token_hash: string | null;
    /** Sealed JSON. */
    payload: string | null;
    expires_at: Timestamp;
    used_at: Timestamp | null;
    recent_mails: Generated<Date[]>;
    created_at: CreatedAt;
  };
}
