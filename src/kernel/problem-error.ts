import { problemTypes, type ProblemType } from './problem-types.ts';

export interface ProblemOptions {
  /** For the person who sees it; never text of a ticket, a model, a key or a foreign error. */
  readonly detail?: string;
  /** Seconds until it is worth trying again. */
  readonly retryAfterSeconds?: number;
}

/** The one error class that reaches a person; it has no cause, because foreign errors carry prompts and keys. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly type: ProblemType;
  readonly status: number;
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(type: ProblemType, options: ProblemOptions = {}) {
    super(options.detail ?? problemTypes[type].title);
    this.type = type;
    this.status = problemTypes[type].status;
    this.detail = options.detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Any thrown thing as a problem; what is not ours becomes `internal` without its text. */
export function toProblem(error: unknown): ProblemError {
  return error instanceof ProblemError ? error : new ProblemError('internal');
}
