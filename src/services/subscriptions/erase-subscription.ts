import { createHash } from 'node:crypto';
import { ProblemError } from '../../kernel/problem-error.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Call } from '../../ports/call.ts';
import { refusePlatform } from './change-subscription.ts';
import { destroyDataKeys } from '../secrets/destroy-data-keys.ts';
import { refuseHeld } from './record-hold.ts';
import {
  beginErasure,
  burySubscription,
  countRows,
  eraseRows,
  readSubscriptionRow,
} from './subscription-queries.ts';
import { withdrawAccess, type Ending } from './withdraw-access.ts';

/** Rows a transaction deletes, so that none holds its locks for long. */
const batch = 5_000;
const tries = 5;
const notErasable = '55006';

/** Rows erased in each table, `audit_event` and `subscription` among them. */
export type ErasedCounts = Readonly<Record<string, number>>;

/**
 * Deletes a subscription for good: first its data keys, so that nothing sealed opens from then on, then every row of it
 * in every table there is, its log, itself; a tombstone stays with the platform. Safe to repeat after a crash. Throws
 * `not-found` or `subscription-held`.
 */
export async function eraseSubscription(
  call: Call<'database' | 'logger' | 'keyRing'>,
  ending: Ending,
): Promise<ErasedCounts> {
  const { subscriptionId, ports } = call;
  refusePlatform(subscriptionId);
  const row = await ports.database.read(call, (tx) => readSubscriptionRow(tx));
  if (row === undefined) throw new ProblemError('not-found');
  if (row.held_since !== null) return refuseHeld(call, 'subscriptions:erase', 'erasure');
  const begun = await ports.database.write(
    call,
    { permission: 'subscriptions:erase', audit: { action: 'subscription.erasure-began' } },
    (tx) => beginErasure(tx, subscriptionId),
  );
  if (!begun) return refuseHeld(call, 'subscriptions:erase', 'erasure');
  ending.forget(subscriptionId);
  if (row.access_withdrawn_at === null) await withdrawAccess(call, ending);
  try {
    // After the access was revoked at Zendesk, which needs what they seal.
    await destroyDataKeys(call);
    await eraseInBatches(call);
    return await bury(call);
  } catch (error) {
    if (sqlStateOf(error) === notErasable) return refuseHeld(call, 'subscriptions:erase', 'erasure');
    throw error;
  } finally {
    ending.forget(subscriptionId);
  }
}

async function eraseInBatches(call: Call<'database' | 'logger'>): Promise<void> {
  const { database } = call.ports;
  const decision = {
    permission: 'subscriptions:erase',
    audit: { action: 'subscription.rows-erased' },
  } as const;
  for (let gone = batch; gone >= batch;) {
    call.signal.throwIfAborted();
    gone = await again(() => database.write(call, decision, (tx) => eraseRows(tx, batch)));
  }
  for (let gone = batch; gone >= batch;) {
    call.signal.throwIfAborted();
    gone = await again(() =>
      database.lookup((functions) => functions.eraseAuditEvents(call.subscriptionId, batch)),
    );
  }
}

/** The last transaction belongs to the platform: a subscription cannot write of its own end. */
async function bury(call: Call<'database' | 'logger'>): Promise<ErasedCounts> {
  const { subscriptionId, actor, ports } = call;
  const row = await ports.database.read(call, (tx) => readSubscriptionRow(tx));
  const counts = { ...row?.erasure_counts, subscription: 1 };
  const hash = createHash('sha256').update(subscriptionId).digest('hex');
  await again(() =>
    ports.database.write(
      { ...call, subscriptionId: platformSubscriptionId },
      {
        permission: 'subscriptions:erase',
        audit: { action: 'subscription.erased', target: `sha256:${hash}`, facts: counts },
      },
      (tx) => burySubscription(tx, platformSubscriptionId, { id: subscriptionId, hash, actor, counts }),
    ),
  );
  const left = await ports.database.read(call, (tx) => countRows(tx));
  if (Object.keys(left).length > 0) {
    ports.logger.error('rows are left after an erasure', { subscriptionId });
    throw new ProblemError('internal', { detail: 'Rows are left; look at the tables without a reference.' });
  }
  return counts;
}

/** A lock that another transaction held a little too long is waited for again. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof ProblemError && error.type === 'database-unavailable';
      if (!passing || attempt >= tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
    }
  }
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'sqlState' in error ? String(error.sqlState) : undefined;
}
