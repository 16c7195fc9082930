import type { AccountRole, AccountStatus } from './schema/accounts.ts';

/** What a sign-in needs of an account before the tenant is entered. */
export interface SignInCandidate {
  readonly subscriptionId: string;
  readonly subscriptionName: string;
  readonly accountId: string;
  readonly role: AccountRole;
  readonly status: AccountStatus;
  readonly passwordHash: string | null;
}

export type RefreshOutcome =
  | {
      readonly outcome: 'rotated';
      readonly subscriptionId: string;
      readonly sessionId: string;
      readonly accountId: string;
      readonly role: AccountRole;
      /** When the fresh token ends unless it is exchanged. */
      readonly expiresAt: Date;
    }
  /** Others have just exchanged the same token; nothing is lost. */
  | { readonly outcome: 'busy' }
  /** Unknown, expired, or of a session that has ended. */
  | { readonly outcome: 'over' }
  /** Used again after its successor: two parties hold tokens of this session. */
  | {
      readonly outcome: 'reused';
      readonly subscriptionId: string;
      readonly sessionId: string;
      readonly accountId: string;
      readonly role: AccountRole;
    };

export interface AccountLookups {
  /** Accounts of an address by its keyed hash, the one used last first; at most 20. */
  accountsByEmail(emailHash: string): Promise<readonly SignInCandidate[]>;
  /** The session of a refresh token, exchanged or not. */
  sessionByRefreshToken(tokenHash: string): Promise<
    | {
        readonly subscriptionId: string;
        readonly sessionId: string;
        readonly accountId: string;
        readonly role: AccountRole;
      }
    | undefined
  >;
  /** Exchanges a refresh token, in one transaction and in order with every other exchange of its session. */
  rotateRefreshToken(input: {
    readonly presentedHash: string;
    readonly freshId: string;
    readonly freshHash: string;
    readonly idleSeconds: number;
    readonly graceSeconds: number;
    readonly mostSiblings: number;
  }): Promise<RefreshOutcome>;
}
