import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { refusePlatform } from './change-subscription.ts';
import { refuseHeld } from './record-hold.ts';
import { markDeleted, readSubscriptionRow } from './subscription-queries.ts';
import { withdrawAccess, type Ending } from './withdraw-access.ts';

/** Ends a subscription: no use from now on, credentials gone at once, the rest after `graceDays`, until when it can be resumed. */
export async function deleteSubscription(
  call: Call<'database' | 'logger'>,
  ending: Ending,
  graceDays: number,
): Promise<void> {
  refusePlatform(call.subscriptionId);
  const { database } = call.ports;
  const row = await database.read(call, (tx) => readSubscriptionRow(tx));
  if (row === undefined) throw new ProblemError('not-found');
  if (row.held_since !== null) return refuseHeld(call, 'subscriptions:erase', 'deletion');
  await database.write(
    call,
    { permission: 'subscriptions:erase', audit: { action: 'subscription.deleted', facts: { graceDays } } },
    async (tx) => {
      if (!(await markDeleted(tx, call.subscriptionId, graceDays)))
        throw new ProblemError('conflict', {
          detail: 'The subscription is deleted already, or was just held.',
        });
    },
  );
  await withdrawAccess(call, ending);
}
