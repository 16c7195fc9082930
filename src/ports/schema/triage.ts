import type { ColumnType, JSONColumnType } from 'kysely';
import type { Band } from '../../contract/abilities.ts';
import type { TriageRules } from '../../contract/triage.ts';

type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface TriageSchema {
  /** The webhook in Zendesk that asks us to triage tickets. */
  'app.triage_webhook': {
    subscription_id: string;
    id: string;
    subdomain: string;
    /** SHA-256 in hex. */
    key_hash: string;
    webhook_id: string;
    trigger_ids: JSONColumnType<readonly number[]>;
    own_user_id: string;
    /** Text sealed by the SecretBox. */
    signing_secret: string;
    connected_at: Timestamp;
  };
  'app.triage_setting': {
    subscription_id: string;
    mode: TriageRules['mode'];
    rules: JSONColumnType<Omit<TriageRules, 'mode'>>;
    version: number;
    updated_at: Timestamp;
  };
  'app.triage_change': {
    subscription_id: string;
    id: string;
    ticket_id: string;
    delivery_id: string;
    audit_id: string | null;
    fields: JSONColumnType<readonly string[]>;
    band: Band | null;
    outcome: 'applied' | 'suggested' | 'nothing';
    at: Timestamp;
    undone_at: Timestamp | null;
    undo_audit_id: string | null;
  };
}
