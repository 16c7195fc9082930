import { sql, type Transaction } from 'kysely';
import type { LinkKind } from '../../contract/links.ts';
import type { DatabaseSchema } from '../../ports/database-schema.ts';
import type { MfaLookups } from '../../ports/mfa-lookups.ts';

/** The definer functions about challenges and links. */
export function mfaLookups(transaction: Transaction<DatabaseSchema>): MfaLookups {
  return {
    async signInChallengeByToken(tokenHash) {
      const query = sql<{ subscriptionId: string; id: string; accountId: string }>`
        select subscription_id as "subscriptionId", id, account_id as "accountId"
        from app.sign_in_challenge_by_token(${tokenHash})`;
      return (await query.execute(transaction)).rows[0];
    },
    async oneTimeLinkByToken(tokenHash) {
      const query = sql<{
        subscriptionId: string;
        id: string;
        accountId: string;
        kind: LinkKind;
        expiresAt: Date;
      }>`
        select subscription_id as "subscriptionId", id, account_id as "accountId", kind, expires_at as "expiresAt"
        from app.one_time_link_by_token(${tokenHash})`;
      return (await query.execute(transaction)).rows[0];
    },
  };
}
