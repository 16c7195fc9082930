import { toProblem } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { deleteAccess } from './subscription-queries.ts';

/** What the end of a subscription needs from elsewhere. */
export interface Ending {
  readonly settings: Pick<SettingsReader, 'any'>;
  /** Lets go of what this process keeps of a subscription in memory: settings, opened knowledge. */
  readonly forget: (subscriptionId: string) => void;
  /** Ends the access at Zendesk and deletes its credentials. */
  readonly disconnectZendesk: (call: Call<'database' | 'logger'>) => Promise<unknown>;
}

/** At the end of a subscription: revokes the access at Zendesk and deletes the credentials of Zendesk and AI providers. */
export async function withdrawAccess(call: Call<'database' | 'logger'>, ending: Ending): Promise<void> {
  const { subscriptionId, ports } = call;
  ending.forget(subscriptionId);
  try {
    const { zendesk } = await ending.settings.any(subscriptionId);
    if (zendesk !== undefined) await ending.disconnectZendesk(call);
  } catch (error) {
    // An account that is gone or refuses us must not keep its credentials here.
    ports.logger.warn('access not revoked at Zendesk', { subscriptionId, problem: toProblem(error).type });
  }
  await ports.database.write(
    call,
    { permission: 'subscriptions:erase', audit: { action: 'subscription.access-withdrawn' } },
    (tx) => deleteAccess(tx, subscriptionId),
  );
  ending.forget(subscriptionId);
}
