import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Call } from '../../ports/call.ts';
import { deleteEndedTokens, hasEndedTokens } from './admin-token-queries.ts';

/** Days an expired or revoked token stays in the list. */
const keptDays = 90;

/** Deletes admin tokens that ended long ago; returns how many. */
export async function purgeAdminTokens(call: Call<'database'>): Promise<number> {
  const platform = { ...call, subscriptionId: platformSubscriptionId };
  // Every hour without anything to do would otherwise leave an audit event.
  if (!(await call.ports.database.read(platform, (tx) => hasEndedTokens(tx, keptDays)))) return 0;
  return call.ports.database.write(
    platform,
    { permission: 'system', audit: { action: 'admin-token.ended-purged' } },
    (tx) => deleteEndedTokens(tx, keptDays),
  );
}
