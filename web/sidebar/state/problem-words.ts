import { problemSlug } from '../../../src/contract/problem.ts';
import type { ProblemType } from '../../../src/kernel/problem-types.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Translate } from '../strings/translate.ts';

/** A failure in the words of the agent's screen. */
export interface FailureWords {
  readonly title: string;
  readonly wayOut: string;
  readonly detail: string | null;
  /** The number to tell an admin; null when there is none. */
  readonly requestNumber: string | null;
  /** `reload` when only a new sign-in helps. */
  readonly action: 'retry' | 'reload';
  readonly retryAfterSeconds: number;
  /** Calm where nothing is broken. */
  readonly tone: 'danger' | 'calm';
}

const nothingBroken: ReadonlySet<ProblemType> = new Set<ProblemType>([
  'feature-disabled',
  'provider-not-connected',
  'session-expired',
  'ticket-empty',
  'zendesk-not-connected',
]);

/** Says a failure in the screen's language; the server's own detail is kept as it is. */
export function failureWords(failure: Failure, t: Translate): FailureWords {
  const plain = {
    detail: null,
    requestNumber: null,
    action: 'retry',
    retryAfterSeconds: 0,
    tone: 'danger',
  } as const;
  if (failure.kind === 'interrupted') return { ...plain, ...t.problem('provider-interrupted') };
  if (failure.kind !== 'problem') {
    return {
      ...plain,
      tone: failure.kind === 'offline' ? 'calm' : 'danger',
      title: t(`failure.${failure.kind}.title`),
      wayOut: t(`failure.${failure.kind}.wayOut`),
    };
  }
  const { problem } = failure;
  const slug = problemSlug(problem);
  const signInNeeded = slug === 'session-expired' || slug === 'not-signed-in' || slug === 'sign-in-refused';
  return {
    ...t.problem(slug),
    detail: problem.detail ?? null,
    requestNumber: slug === 'internal' ? (problem.instance ?? null) : null,
    action: signInNeeded ? 'reload' : 'retry',
    retryAfterSeconds: Math.ceil(problem.retryAfterSeconds ?? 0),
    tone: nothingBroken.has(slug) ? 'calm' : 'danger',
  };
}
