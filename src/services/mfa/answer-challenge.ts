import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { noteSignIn, readAccount } from '../accounts/account-queries.ts';
import { hashToken } from '../links/link-token.ts';
import { actorOf, type ConsoleSessions, type IssuedSession } from '../sessions/console-sessions.ts';
import { acceptCode } from './accept-code.ts';

export interface ChallengeAnswer {
  /** The challenge's token, from the password step. */
  readonly challenge: string;
  readonly code: string;
  /** Browser and system, see `deviceOf`. */
  readonly device: string;
}

/**
 * Begins the session that a right password alone did not. Throws `challenge-over`, `code-refused`, `rate-limited` or
 * `second-factor-locked`.
 */
export async function answerChallenge(
  call: Omit<Call<'database' | 'secretBox' | 'clock' | 'jobs'>, 'subscriptionId' | 'actor'>,
  sessions: Pick<ConsoleSessions, 'opening'>,
  { challenge, code, device }: ChallengeAnswer,
): Promise<IssuedSession> {
  const found = await call.ports.database.lookup((lookups) =>
    lookups.signInChallengeByToken(hashToken(challenge)),
  );
  if (found === undefined) throw new ProblemError('challenge-over');
  const { subscriptionId, accountId } = found;
  const account = await call.ports.database.read({ subscriptionId }, (tx) => readAccount(tx, accountId));
  if (account === undefined) throw new ProblemError('challenge-over');
  const { role } = account;
  const own = { ...call, subscriptionId, actor: actorOf({ accountId, role }) };
  const opening = sessions.opening(own, { id: accountId, role }, { device });
  await acceptCode(own, { accountId, code, challengeId: found.id, action: 'auth.signed-in' }, async (tx) => {
    await opening.store(tx);
    await noteSignIn(tx, accountId, undefined);
  });
  return opening.issue();
}
