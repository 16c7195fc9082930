import type { Call } from '../../ports/call.ts';
import { upsertFactorRule } from './mfa-queries.ts';

/** Asks everybody of the subscription for a second factor, or stops asking; sessions feel it within five seconds. */
export async function setSecondFactorRule(call: Call<'database'>, required: boolean): Promise<void> {
  await call.ports.database.write(
    call,
    { permission: 'people:write', audit: { action: 'second-factor.rule-changed', facts: { required } } },
    (tx) => upsertFactorRule(tx, call.subscriptionId, required),
  );
}
