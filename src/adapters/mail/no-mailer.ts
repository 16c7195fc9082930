import { ProblemError } from '../../kernel/problem-error.ts';
import type { Mailer } from '../../ports/mailer.ts';

/** Stands in when no mail server is configured: every mail throws `mail-unavailable`. */
export function createNoMailer(): Mailer {
  return {
    send: () => Promise.reject(new ProblemError('mail-unavailable')),
    close: () => Promise.resolve(),
  };
}
