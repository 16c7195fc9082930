import type { LinkKind } from '../contract/links.ts';

/** Challenges and links, found by the hash of their token before the tenant is known. */
export interface MfaLookups {
  /** Undefined when there is none, or its five minutes are over. */
  signInChallengeByToken(
    tokenHash: string,
  ): Promise<
    { readonly subscriptionId: string; readonly id: string; readonly accountId: string } | undefined
  >;
  /** Undefined when there is none, it was used, or its time is over. */
  oneTimeLinkByToken(tokenHash: string): Promise<
    | {
        readonly subscriptionId: string;
        readonly id: string;
        readonly accountId: string;
        readonly kind: LinkKind;
        readonly expiresAt: Date;
      }
    | undefined
  >;
}
