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

/** Does a work that asks for the hold in its transaction; where it is refused for that, writes it down. Throws what the work throws. */
export async function unlessHeld<T>(
  call: Call<'database'>,
  permission: string,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'subscription-held')
      return refuseHeld(call, permission, what);
    throw error;
  }
}
