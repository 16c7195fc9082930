import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { moveSubscription } from './change-subscription.ts';

/** Sets the day a subscription ends (null: never) and wakes an expired one. A suspended one stays suspended. */
export async function renewSubscription(
  call: Call<'database' | 'clock'>,
  settings: Pick<SettingsReader, 'forget'>,
  expiresAt: Date | null,
): Promise<void> {
  if (expiresAt !== null && expiresAt <= call.ports.clock.now())
    throw new ProblemError('invalid-request', {
      detail: 'expiresAt: lies in the past; suspend or delete instead.',
    });
  const audit = {
    action: 'subscription.renewed',
    facts: { expiresAt: expiresAt?.toISOString() ?? null },
  } as const;
  try {
    await moveSubscription(call, settings, {
      audit,
      change: { expires_at: expiresAt, status: 'active' },
      from: ['active', 'expired'],
    });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.type !== 'conflict') throw error;
    await moveSubscription(call, settings, {
      audit,
      change: { expires_at: expiresAt },
      from: ['suspended'],
    });
  }
}
