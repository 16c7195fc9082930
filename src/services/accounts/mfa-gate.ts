import type { Call } from '../../ports/call.ts';
import type { ReadTransaction } from '../../ports/database.ts';

/** The step between a right password and a session. */
export interface MfaChallenge {
  /** Shown again with the code. */
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** What accounts ask of second factors; the only way from a password to a session goes through it. */
export interface MfaGate {
  /** Undefined when the password is enough for this account. */
  challenge(
    call: Call<'database' | 'secretBox' | 'clock' | 'ids'>,
    accountId: string,
  ): Promise<MfaChallenge | undefined>;
  /** Whether everybody of the entered subscription must have a second factor. */
  isEnforced(tx: ReadTransaction): Promise<boolean>;
  /** Whether this account must set one up before it may do anything else. */
  isEnrolmentDue(tx: ReadTransaction, accountId: string): Promise<boolean>;
}

/** For programs without second factors: tests, and the command line. */
export const noSecondFactors: MfaGate = {
  challenge: async () => undefined,
  isEnforced: async () => false,
  isEnrolmentDue: async () => false,
};
