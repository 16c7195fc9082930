import type { Call } from '../../ports/call.ts';

/** Zendesk takes 30 updates of a ticket in ten minutes, and 100 a minute of an account whose other uses want theirs too. */
const ofSession = { most: 24, seconds: 600 };
const ofSubscription = { most: 60, seconds: 60 };

/** Whether a turn may be written now: past Zendesk's own limits it would make everything else of the account wait. */
export async function mayWrite(
  { subscriptionId, ports: { keyValues } }: Call<'keyValues'>,
  sessionId: string,
): Promise<boolean> {
  const count = (name: string, seconds: number): Promise<number> =>
    keyValues.increment(`chat-writes:${name}`, 1, { ttlSeconds: seconds });
  if ((await count(`${subscriptionId}:${sessionId}`, ofSession.seconds)) > ofSession.most) return false;
  return (await count(subscriptionId, ofSubscription.seconds)) <= ofSubscription.most;
}
