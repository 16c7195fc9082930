/** What is swept when its time is over: a table, or a column that is emptied. Each has a function `app.sweep_<rule>` in `migrations/`. */
export type SweepRule =
  | 'job_outbox'
  | 'receipt'
  | 'receipt_ticket'
  | 'refresh_token'
  | 'console_session'
  | 'sign_in_challenge'
  | 'one_time_link'
  | 'oauth_state'
  | 'admin_token'
  | 'signing_key'
  | 'pending_factor'
  | 'previous_key'
  | 'triage_change'
  | 'chat_delivery';

/** Rows of one subscription that one batch deleted or emptied. */
export interface Swept {
  readonly subscriptionId: string;
  readonly rows: number;
}

/** Sweeps over all subscriptions but those under legal hold, by the database's clock. Nothing while another process does the same. */
export interface RetentionLookups {
  /** Deletes or empties up to `limit` rows whose time is over. */
  sweep(rule: SweepRule, limit: number): Promise<readonly Swept[]>;
  /** Cuts up to `limit` audit events older than `keepDays` (30 at least) off the starts of the chains. */
  sweepAuditEvents(keepDays: number, limit: number): Promise<readonly Swept[]>;
}
