import { ProblemError } from '../../kernel/problem-error.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { AuditEvent } from '../../ports/audit.ts';
import type { Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import type { SubscriptionStatus } from '../../ports/schema/subscriptions.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import {
  changeSubscriptionRow,
  readSubscriptionRow,
  type SubscriptionChange,
} from './subscription-queries.ts';

type OperatorCall = Call<'database'>;

/** Changes the call's subscription as its operator, with an audit event in the subscription's own log; shows at once in this process. */
export async function changeSubscription<T>(
  call: OperatorCall,
  settings: Pick<SettingsReader, 'forget'>,
  audit: AuditEvent,
  work: (tx: WriteTransaction) => Promise<T>,
): Promise<T> {
  refusePlatform(call.subscriptionId);
  const result = await call.ports.database.write(
    call,
    { permission: 'subscriptions:write', audit },
    async (tx) => {
      if ((await readSubscriptionRow(tx)) === undefined) throw new ProblemError('not-found');
      return work(tx);
    },
  );
  settings.forget(call.subscriptionId);
  return result;
}

/** Moves the subscription from one of the statuses given; throws `conflict` with its present status otherwise. */
export async function moveSubscription(
  call: OperatorCall,
  settings: Pick<SettingsReader, 'forget'>,
  move: {
    readonly audit: AuditEvent;
    readonly change: SubscriptionChange;
    readonly from: readonly SubscriptionStatus[];
  },
): Promise<void> {
  await changeSubscription(call, settings, move.audit, async (tx) => {
    if (await changeSubscriptionRow(tx, call.subscriptionId, move.change, move.from)) return;
    const row = await readSubscriptionRow(tx);
    throw new ProblemError('conflict', {
      detail:
        row?.erasure_counts === null
          ? `The subscription is ${row.status}.`
          : 'The subscription is being erased, which cannot be taken back.',
    });
  });
}

/** The operators' own subscription is no customer: it cannot be suspended, limited or erased. */
export function refusePlatform(subscriptionId: string): void {
  if (subscriptionId === platformSubscriptionId) throw new ProblemError('not-found');
}
