import type { Dispatcher, fetch as undiciFetch } from 'undici';

/** Why something outside is called; each purpose has its own allowed hosts and limits. */
export type EgressPurpose = 'zendesk' | 'provider' | 'webhook' | 'confluence' | 'web';

/**
 * The only way out of the house: https to public addresses, no redirects, limits on size and time. For `web` an answer
 * that redirects is handed over as it is; whoever follows it makes a new call, which is checked like the first.
 */
export interface Egress {
  /** A `fetch` for one purpose; it throws `ProblemError('egress-refused')` for an address that is not allowed. */
  fetchFor(purpose: EgressPurpose): typeof undiciFetch;
  /** The same rules as an undici dispatcher, for a library that brings its own fetch; a refusal is the `cause` of what it throws. */
  dispatcherFor(purpose: EgressPurpose): Dispatcher;
  /** Throws `ProblemError('egress-refused')` unless the address may be used for the purpose. */
  check(purpose: EgressPurpose, url: string): void;
  close(): Promise<void>;
}
