import { ProblemError } from '../../kernel/problem-error.ts';
import type { ProblemType } from '../../kernel/problem-types.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../../services/settings/settings-reader.ts';
import { tryLock } from '../turn-marker.ts';
import { deliver, type Delivered, type Delivery } from './deliver.ts';

export type Attempt = { readonly delivered: Delivered } | { readonly problem: ProblemType };

/** Tries to deliver within `mostMs`, unless another try of the session runs. Throws only when the caller has gone. */
export async function attemptDelivery(
  call: Call<'helpDesk' | 'keyValues' | 'logger'>,
  settings: SettingsReader,
  delivery: Delivery,
  mostMs: number,
): Promise<Attempt> {
  const { subscriptionId, ports } = call;
  const unlock = await tryLock(ports.keyValues, `chat-delivery:${subscriptionId}:${delivery.sessionId}`);
  if (unlock === undefined) return { problem: 'chat-busy' };
  const deadline = AbortSignal.timeout(mostMs);
  try {
    const { zendesk } = await settings.get(subscriptionId);
    if (zendesk === undefined) return { problem: 'zendesk-not-connected' };
    const limited = { ...call, signal: AbortSignal.any([call.signal, deadline]) };
    return { delivered: await deliver(limited, zendesk, delivery) };
  } catch (error) {
    if (call.signal.aborted) throw error;
    if (deadline.aborted) return { problem: 'zendesk-unavailable' };
    if (!(error instanceof ProblemError)) ports.logger.error('delivery failed', { subscriptionId });
    return { problem: error instanceof ProblemError ? error.type : 'internal' };
  } finally {
    await unlock();
  }
}
