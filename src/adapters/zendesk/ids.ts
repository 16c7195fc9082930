import { ProblemError } from '../../kernel/problem-error.ts';
import type { ProblemType } from '../../kernel/problem-types.ts';

/** An id as part of a path; throws the given problem for anything that is no id, so that no path can be forged. */
export function idPath(id: number, missing: ProblemType): string {
  if (!Number.isSafeInteger(id) || id < 1) throw new ProblemError(missing);
  return String(id);
}
