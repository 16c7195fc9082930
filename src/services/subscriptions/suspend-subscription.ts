import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { moveSubscription } from './change-subscription.ts';

/** Stops every use of a subscription within a minute; nothing of it is lost. Throws `conflict` unless it is active. */
export const suspendSubscription = (
  call: Call<'database'>,
  settings: Pick<SettingsReader, 'forget'>,
): Promise<void> =>
  moveSubscription(call, settings, {
    audit: { action: 'subscription.suspended' },
    change: { status: 'suspended' },
    from: ['active'],
  });

/** Ends a suspension, or takes back a deletion whose erasure has not begun. */
export const resumeSubscription = (
  call: Call<'database'>,
  settings: Pick<SettingsReader, 'forget'>,
): Promise<void> =>
  moveSubscription(call, settings, {
    audit: { action: 'subscription.resumed' },
    change: { status: 'active', erase_after: null },
    from: ['suspended', 'deleting'],
  });
