import { ProblemError } from '../../kernel/problem-error.ts';
import type { ProblemType } from '../../kernel/problem-types.ts';

/** The connection broke or stayed silent; the code is undici's or the system's. */
export class NetworkFailure extends Error {
  override readonly name = 'NetworkFailure';
  readonly code: string;

  constructor(code: string) {
    super('Zendesk could not be reached');
    this.code = code;
  }
}

/** The problem for a refused request, from its status alone: what Zendesk wrote is never read. */
export function problemForStatus(
  status: number,
  missing: ProblemType,
  retryAfterSeconds: number | undefined,
): ProblemError {
  const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (status === 401) return new ProblemError('zendesk-reconnect-needed');
  if (status === 402 || status === 403) return new ProblemError('zendesk-forbidden');
  if (status === 404 || status === 410) return new ProblemError(missing);
  if (status === 409) return new ProblemError('ticket-changed');
  if (status === 422) return new ProblemError('ticket-refused-change');
  if (status === 429) return new ProblemError('zendesk-rate-limited', later);
  return status === 408 || status >= 500
    ? new ProblemError('zendesk-unavailable', later)
    : new ProblemError('internal');
}

/** The problem for an answer that is not what Zendesk documents. */
export function unreadableAnswer(): ProblemError {
  return new ProblemError('zendesk-unavailable', { detail: 'Zendesk sent an answer we could not read.' });
}
