import type { Problem } from '../../src/contract/problem.ts';

/** Why a call did not end well, as far as the browser knows. */
export type Failure =
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** The browser has no network. */
  | { readonly kind: 'offline' }
  /** Our server did not answer, or something between answered for it. */
  | { readonly kind: 'unreachable' }
  /** The stream began and broke off. */
  | { readonly kind: 'interrupted' };

/** Carries a Failure through promises and generators. */
export class RequestFailedError extends Error {
  override readonly name = 'RequestFailedError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind === 'problem' ? failure.problem.title : failure.kind);
    this.failure = failure;
  }
}
