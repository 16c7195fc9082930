import { randomBytes } from 'node:crypto';
import type { MfaGate } from '../accounts/mfa-gate.ts';
import { hashToken } from '../links/link-token.ts';
import { insertChallenge, readFactorRule, readFactorState } from './mfa-queries.ts';

const challengeSeconds = 5 * 60;

/** Second factors, as sign-in and sessions ask for them. */
export const secondFactors: MfaGate = {
  async challenge(call, accountId) {
    const { database, ids } = call.ports;
    const { active } = await database.read(call, (tx) => readFactorState(tx, accountId));
    if (!active) return undefined;
    const token = randomBytes(32).toString('base64url');
    await database.write(
      call,
      { permission: 'none', audit: { action: 'auth.challenged', target: accountId } },
      (tx) =>
        insertChallenge(tx, {
          subscriptionId: call.subscriptionId,
          id: ids.next(),
          accountId,
          tokenHash: hashToken(token),
          seconds: challengeSeconds,
        }),
    );
    return { token, expiresInSeconds: challengeSeconds };
  },
  isEnforced: (tx) => readFactorRule(tx),
  async isEnrolmentDue(tx, accountId) {
    const { active, required } = await readFactorState(tx, accountId);
    return required && !active;
  },
};
