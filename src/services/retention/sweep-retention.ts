import { ProblemError, toProblem } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { Swept } from '../../ports/retention-lookups.ts';
import { recordHold } from '../subscriptions/record-hold.ts';
import { retentionRules, type RetentionRuleName } from './retention-rules.ts';
import { hasRecentHoldNote } from './retention-queries.ts';

type SweepCall = Call<'database' | 'logger' | 'metrics'>;

/** Rows a transaction deletes or empties at most. */
const batch = 1_000;

const hourlyRules = (Object.keys(retentionRules) as RetentionRuleName[]).filter(
  (name) => retentionRules[name].sweptBy === 'hourly job',
);

/**
 * Deletes or empties everything whose time is over, for all subscriptions but those under legal hold; audited with counts
 * in each. Safe to repeat and to run twice at once. Returns rows by rule; throws `internal` when a rule failed, after the others.
 */
export async function sweepRetention(
  call: SweepCall,
  auditDays: number,
): Promise<Readonly<Record<string, number>>> {
  const { logger, metrics } = call.ports;
  const totals: Record<string, number> = {};
  const bySubscription = new Map<string, Record<string, number>>();
  let failures = 0;
  const note = (rule: RetentionRuleName, swept: readonly Swept[]): void => {
    for (const { subscriptionId, rows } of swept) {
      const counts = bySubscription.get(subscriptionId) ?? {};
      counts[rule] = (counts[rule] ?? 0) + rows;
      bySubscription.set(subscriptionId, counts);
      totals[rule] = (totals[rule] ?? 0) + rows;
    }
  };
  try {
    for (const rule of hourlyRules) {
      call.signal.throwIfAborted();
      try {
        await sweepRule(call, rule, auditDays, (swept) => note(rule, swept));
        metrics.retentionSwept({ rule }, totals[rule] ?? 0);
        if (totals[rule] !== undefined) logger.info('retention.swept', { code: rule, count: totals[rule] });
      } catch (error) {
        if (call.signal.aborted) throw error;
        failures += 1;
        logger.error('retention.failed', { code: rule, problem: toProblem(error).type });
      }
    }
  } finally {
    for (const [subscriptionId, counts] of bySubscription) await audit({ ...call, subscriptionId }, counts);
  }
  await noteHolds(call);
  if (failures > 0) throw new ProblemError('internal', { detail: `${failures} retention rules failed.` });
  return totals;
}

async function sweepRule(
  call: SweepCall,
  rule: RetentionRuleName,
  auditDays: number,
  note: (swept: readonly Swept[]) => void,
): Promise<void> {
  for (let gone = batch; gone >= batch;) {
    call.signal.throwIfAborted();
    const swept = await call.ports.database.lookup((lookups) =>
      rule === 'audit_event' ? lookups.sweepAuditEvents(auditDays, batch) : lookups.sweep(rule, batch),
    );
    note(swept);
    gone = swept.reduce((sum, { rows }) => sum + rows, 0);
  }
}

async function audit(call: SweepCall, counts: Readonly<Record<string, number>>): Promise<void> {
  const { database, logger } = call.ports;
  try {
    await database.write(
      call,
      { permission: 'system', audit: { action: 'retention.swept', facts: counts } },
      async () => {},
    );
  } catch (error) {
    // Erased meanwhile, with its log; or the database is away, and the log line has the sums.
    logger.warn('retention.not-audited', {
      subscriptionId: call.subscriptionId,
      problem: toProblem(error).type,
    });
  }
}

/** Writes once a day into the log of each held subscription that the sweeps passed it by. */
async function noteHolds(call: SweepCall): Promise<void> {
  const { database } = call.ports;
  for (const subscriptionId of await database.lookup((lookups) => lookups.heldSubscriptions())) {
    const inside = { ...call, subscriptionId };
    if (!(await database.read(inside, hasRecentHoldNote))) await recordHold(inside, 'system', 'retention');
  }
}
