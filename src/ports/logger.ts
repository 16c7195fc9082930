/** The only fields a log line may have besides time, level, event and program. */
export interface LogFields {
  readonly requestId?: string;
  readonly subscriptionId?: string;
  readonly feature?: string;
  readonly ticketId?: number;
  readonly status?: number;
  readonly problem?: string;
  readonly durationMs?: number;
  readonly count?: number;
  readonly attempt?: number;
  readonly provider?: string;
  readonly model?: string;
  readonly job?: string;
  readonly code?: string;
  readonly address?: string;
  readonly method?: string;
  readonly route?: string;
}

export interface Logger {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
