import type { JsonObject } from '../kernel/json.ts';

/** What is written to the audit log with a change; ids and codes only. */
export interface AuditEvent {
  /** noun.verb-past, for example `provider.added`. */
  readonly action: `${string}.${string}`;
  readonly target?: string;
  readonly outcome?: 'ok' | 'refused' | 'failed';
  readonly facts?: JsonObject;
}
