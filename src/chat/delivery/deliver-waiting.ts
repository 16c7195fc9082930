import type { Call } from '../../ports/call.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { SettingsReader } from '../../services/settings/settings-reader.ts';
import { attemptDelivery } from './attempt.ts';
import { noteAttempt, noteExpired, readWaiting } from './delivery-queries.ts';
import { endWaiting, findWaiting, type WaitingParts } from './waiting.ts';

export interface DeliveryJobParts extends WaitingParts {
  readonly settings: SettingsReader;
  readonly jobs: JobQueue;
}

const mostMs = 40_000;
const longestPauseSeconds = 120;

/** Tries once more to bring a waiting conversation to Zendesk, and puts the next try on the queue; ends when it is there or its hour is over. */
export async function deliverWaiting(
  call: Call<'helpDesk' | 'keyValues' | 'logger'>,
  parts: DeliveryJobParts,
  { sessionId, step }: { readonly sessionId: string; readonly step: number },
): Promise<void> {
  const { subscriptionId } = call;
  const place = { subscriptionId, sessionId };
  const waiting = await parts.bookkeeping.read(place, (tx) => readWaiting(tx, sessionId));
  if (waiting === undefined || waiting.step !== step) return;
  const delivery = await findWaiting(parts, { ...place, aiAgentId: waiting.aiAgentId });
  if (delivery === undefined || waiting.isOver) {
    await parts.transcripts.forget(place);
    await parts.bookkeeping.bookkeep(place, (tx) => noteExpired(tx, sessionId));
    call.ports.logger.warn('conversation not delivered', { subscriptionId });
    return;
  }
  const tried = await attemptDelivery(call, parts.settings, delivery, mostMs);
  if ('delivered' in tried && (await isNewest(parts, place, waiting.aiAgentId, delivery))) {
    await endWaiting(parts, place);
    return;
  }
  const errorCode = 'problem' in tried ? tried.problem : 'newer-turn';
  await parts.bookkeeping.bookkeep(place, async (tx) => {
    const next = await noteAttempt(tx, sessionId, errorCode);
    if (next === undefined) return;
    const pause = Math.min(10 * 2 ** Math.min(waiting.attempts, 6), longestPauseSeconds);
    await parts.jobs.enqueue(
      tx,
      call,
      'chat.deliver',
      { sessionId, step: String(next) },
      { dedupeKey: `${sessionId}/${next}`, delaySeconds: 'problem' in tried ? pause : 1 },
    );
  });
}

/** Whether no newer turn has been kept while this one was delivered. */
async function isNewest(
  parts: WaitingParts,
  place: { readonly subscriptionId: string; readonly sessionId: string },
  aiAgentId: string,
  delivered: Awaited<ReturnType<typeof findWaiting>>,
): Promise<boolean> {
  const now = await findWaiting(parts, { ...place, aiAgentId });
  const turnOf = (one: typeof now): number => one?.conversation.measure(({ turn }) => turn) ?? 0;
  return (
    now === undefined || (turnOf(now) === turnOf(delivered) && now.ending === (delivered?.ending ?? null))
  );
}
