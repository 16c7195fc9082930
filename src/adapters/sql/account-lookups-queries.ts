import { sql } from 'kysely';
import type { AccountLookups, RefreshOutcome, SignInCandidate } from '../../ports/account-lookups.ts';
import type { AccountRole } from '../../ports/schema/accounts.ts';
import type { WriteTransaction } from '../../ports/database.ts';

/** The definer functions about accounts, on a connection that has entered no subscription. */
export function createAccountLookups(transaction: WriteTransaction): AccountLookups {
  return {
    async accountsByEmail(emailHash) {
      const query = sql<SignInCandidate>`
        select subscription_id as "subscriptionId", subscription_name as "subscriptionName",
          account_id as "accountId", role, status, password_hash as "passwordHash"
        from app.accounts_by_email(${emailHash})`;
      return (await query.execute(transaction)).rows;
    },
    async sessionByRefreshToken(tokenHash) {
      const query = sql<{
        subscriptionId: string;
        sessionId: string;
        accountId: string;
        role: AccountRole;
      }>`
        select subscription_id as "subscriptionId", session_id as "sessionId", account_id as "accountId", role
        from app.session_by_refresh_token(${tokenHash})`;
      return (await query.execute(transaction)).rows[0];
    },
    async rotateRefreshToken(input) {
      const query = sql<RefreshOutcome>`
        select outcome, subscription_id as "subscriptionId", session_id as "sessionId",
          account_id as "accountId", role, expires_at as "expiresAt"
        from app.rotate_refresh_token(${input.presentedHash}, ${input.freshId}, ${input.freshHash},
          ${input.idleSeconds}, ${input.graceSeconds}, ${input.mostSiblings})`;
      return (await query.execute(transaction)).rows[0] ?? { outcome: 'over' };
    },
  };
}
