import { toProblem } from '../../kernel/problem-error.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Call } from '../../ports/call.ts';
import type { EndingStep } from '../../ports/subscription-lookups.ts';
import { changeSubscriptionRow } from './subscription-queries.ts';
import { eraseSubscription } from './erase-subscription.ts';
import { withdrawAccess, type Ending } from './withdraw-access.ts';

/** Days an expired subscription can still be renewed before it is erased. */
export const keepExpiredDays = 30;
const perLook = 100;

export interface CleanedUp {
  readonly expired: number;
  readonly withdrawn: number;
  readonly erased: number;
  /** Subscriptions that could not be dealt with now; the next clean-up tries again. */
  readonly failed: number;
}

/** Does what is due at the end of subscriptions, by the database's clock: expires, withdraws access, erases. Held ones are left alone. */
export async function cleanUpSubscriptions(
  call: Call<'database' | 'logger' | 'keyRing'>,
  ending: Ending,
  keepDays: number = keepExpiredDays,
): Promise<CleanedUp> {
  const done = { expire: 0, 'withdraw-access': 0, erase: 0, failed: 0 };
  const failed = new Set<string>();
  for (;;) {
    call.signal.throwIfAborted();
    const due = (
      await call.ports.database.lookup((functions) =>
        functions.endedSubscriptions(keepDays, perLook + failed.size),
      )
    ).filter(
      ({ subscriptionId }) => subscriptionId !== platformSubscriptionId && !failed.has(subscriptionId),
    );
    if (due.length === 0) break;
    for (const { subscriptionId, step } of due) {
      call.signal.throwIfAborted();
      try {
        await takeStep({ ...call, subscriptionId }, ending, step);
        done[step] += 1;
      } catch (error) {
        if (call.signal.aborted) throw error;
        failed.add(subscriptionId);
        call.ports.logger.warn('subscription not cleaned up', {
          subscriptionId,
          problem: toProblem(error).type,
        });
      }
    }
  }
  return {
    expired: done.expire,
    withdrawn: done['withdraw-access'],
    erased: done.erase,
    failed: failed.size,
  };
}

async function takeStep(
  call: Call<'database' | 'logger' | 'keyRing'>,
  ending: Ending,
  step: EndingStep,
): Promise<void> {
  if (step === 'erase') await eraseSubscription(call, ending);
  else if (step === 'withdraw-access') await withdrawAccess(call, ending);
  else {
    await call.ports.database.write(
      call,
      { permission: 'subscriptions:write', audit: { action: 'subscription.expired' } },
      (tx) => changeSubscriptionRow(tx, call.subscriptionId, { status: 'expired' }, ['active', 'suspended']),
    );
    ending.forget(call.subscriptionId);
  }
}
