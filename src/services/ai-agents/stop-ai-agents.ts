import type { Stopped } from '../../contract/questions.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Call } from '../../ports/call.ts';
import { readStopped, setStopped } from './stop-switch-queries.ts';

/** Whether the AI agents of the subscription are stopped, and by whom. */
export const readStop = async (
  call: Pick<Call<'database'>, 'subscriptionId' | 'ports'>,
): Promise<Stopped> => ({
  stopped: await call.ports.database.read(call, readStopped),
});

/** Stops all AI agents of the subscription within seconds, or lets them go on as they are set. */
export async function stopAiAgents(call: Call<'database'>, stopped: boolean): Promise<Stopped> {
  await call.ports.database.write(
    call,
    { permission: 'settings:write', audit: { action: 'ai-agents.stopped', facts: { stopped } } },
    (tx) => setStopped(tx, call.subscriptionId, stopped),
  );
  return readStop(call);
}

const onPlatform = <C extends { readonly subscriptionId: string }>(call: C): C => ({
  ...call,
  subscriptionId: platformSubscriptionId,
});

/** Whether the AI agents of every subscription are stopped. */
export const readHostStop = async (
  call: Pick<Call<'database'>, 'subscriptionId' | 'ports'>,
): Promise<{ readonly stopped: boolean }> => ({
  stopped: (await readStop(onPlatform(call))).stopped === 'host',
});

/** Stops the AI agents of every subscription within seconds, on every replica, or lets them go on as they are set. */
export async function stopHostAiAgents(
  call: Call<'database'>,
  stopped: boolean,
): Promise<{ readonly stopped: boolean }> {
  await call.ports.database.write(
    onPlatform(call),
    { permission: 'subscriptions:write', audit: { action: 'ai-agents.host-stopped', facts: { stopped } } },
    (tx) => setStopped(tx, platformSubscriptionId, stopped),
  );
  return readHostStop(call);
}
