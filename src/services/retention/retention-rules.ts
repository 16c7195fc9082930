import type { SweepRule } from '../../ports/retention-lookups.ts';

/** A sweep, and the audit log with it, which is kept for as long as the operator says. */
export type RetentionRuleName = SweepRule | 'audit_event';

export interface RetentionRule {
  readonly table: string;
  /** Emptied when the row itself stays longer. */
  readonly column?: string;
  /** As the catalogue says it; absent: until the time the row itself names. Migrations hold the same. */
  readonly keeps?: string;
  /** The job queue sweeps its own rows once a minute, the hourly job everything else. */
  readonly sweptBy: 'job queue' | 'hourly job';
}

const hourly = { sweptBy: 'hourly job' } as const;

/** Everything stored that leaves by itself. A duration in the catalogue of data names its rule here. */
export const retentionRules: Readonly<Record<RetentionRuleName, RetentionRule>> = {
  job_outbox: { table: 'job_outbox', keeps: '1 hour', sweptBy: 'job queue' },
  receipt: { table: 'receipt', keeps: '90 days', ...hourly },
  receipt_ticket: { table: 'receipt', column: 'ticket_id', keeps: '7 days', ...hourly },
  refresh_token: { table: 'refresh_token', keeps: '30 days', ...hourly },
  console_session: { table: 'console_session', keeps: '30 days', ...hourly },
  sign_in_challenge: { table: 'sign_in_challenge', ...hourly },
  one_time_link: { table: 'one_time_link', keeps: '1 day', ...hourly },
  oauth_state: { table: 'oauth_state', ...hourly },
  admin_token: { table: 'admin_token', keeps: '90 days', ...hourly },
  signing_key: { table: 'signing_key', ...hourly },
  pending_factor: { table: 'second_factor', column: 'pending_secret', ...hourly },
  previous_key: { table: 'subscription', column: 'previous_key_hash', ...hourly },
  triage_change: { table: 'triage_change', keeps: '30 days', ...hourly },
  chat_delivery: { table: 'chat_delivery', keeps: '3 days', ...hourly },
  audit_event: { table: 'audit_event', keeps: '400 days', ...hourly },
};
