import { z } from 'zod';
import type { ProblemError } from '../kernel/problem-error.ts';
import { problemTypes, type ProblemType } from '../kernel/problem-types.ts';

/** RFC 9457 problem details; `type` is `/problems/<slug>`, `instance` the request id. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  wayOut: z.string(),
  instance: z.string().optional(),
  retryAfterSeconds: z.number().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** The slug behind a problem's `type`; `internal` when it is not one of ours. */
export function problemSlug(problem: Pick<Problem, 'type'>): ProblemType {
  const slug = problem.type.replace(/^\/problems\//, '');
  return slug in problemTypes ? (slug as ProblemType) : 'internal';
}

/** What goes over the wire for an error. */
export function problemBody(error: ProblemError, requestId?: string): Problem {
  const { status, title, wayOut } = problemTypes[error.type];
  return {
    type: `/problems/${error.type}`,
    title,
    status,
    wayOut,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(requestId !== undefined && { instance: requestId }),
    ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
  };
}
