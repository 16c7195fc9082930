import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { AuditEvent } from '../../ports/audit.ts';
import type { Ids } from '../../ports/clock.ts';
import type { Database, WriteTransaction } from '../../ports/database.ts';

/** A change that the keeping of keys makes by itself, in the audit log of the platform or of a subscription. */
export function systemWrite<T>(
  { database, ids }: { readonly database: Database; readonly ids: Ids },
  audit: AuditEvent,
  work: (tx: WriteTransaction) => Promise<T>,
  subscriptionId = platformSubscriptionId,
): Promise<T> {
  const call = { subscriptionId, actor: { kind: 'system', id: 'keys' }, requestId: ids.next() } as const;
  return database.write(call, { permission: 'system:keys', audit }, work);
}
