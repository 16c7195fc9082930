import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';

/** Writes down that a legal hold stopped something. */
export function recordHold(call: Call<'database'>, permission: string, what: string): Promise<void> {
  return call.ports.database.write(
    call,
    {
      permission,
      audit: { action: 'subscription.hold-respected', outcome: 'refused', facts: { what } },
    },
    async () => {},
  );
}

/** Writes down that a legal hold stopped something, then throws `subscription-held`. */
export async function refuseHeld(call: Call<'database'>, permission: string, what: string): Promise<never> {
  await recordHold(call, permission, what);
  throw new ProblemError('subscription-held');
}
