import { z } from 'zod';
import { toProblem } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { KeptTranscripts } from '../../ports/kept-transcripts.ts';
import { Conversation } from '../conversation.ts';
import { endings, type Delivery, type Ending } from './deliver.ts';
import { forgetWaiting, noteWaiting } from './delivery-queries.ts';

export interface WaitingParts {
  readonly bookkeeping: BookkeepingDatabase;
  readonly transcripts: KeptTranscripts;
}

const firstTrySeconds = 10;

/** What is sealed of a delivery. */
const Waiting = z.object({
  desk: z.object({ name: z.string(), groupId: z.number().nullable() }),
  ending: z.enum(endings).nullable(),
  conversation: Conversation,
});

/** Keeps a delivery that Zendesk did not take: what was said sealed in memory for an hour, its ids in the outbox. False: that failed too. */
export async function keepWaiting(
  call: Call<'jobs' | 'logger'>,
  { bookkeeping, transcripts }: WaitingParts,
  delivery: Delivery,
  errorCode: string,
): Promise<boolean> {
  const { subscriptionId } = call;
  const { aiAgentId, sessionId, desk, ending, conversation } = delivery;
  try {
    await transcripts.keep(
      { subscriptionId, sessionId },
      Transient.all([desk, conversation]).map(([at, one]) =>
        JSON.stringify({ desk: at, ending, conversation: one } satisfies z.input<typeof Waiting>),
      ),
    );
    const called = conversation.measure((one) => one.called !== null);
    await bookkeeping.bookkeep({ subscriptionId }, async (tx) => {
      const step = await noteWaiting(tx, { subscriptionId, sessionId, aiAgentId, called, errorCode });
      if (step !== undefined)
        await call.ports.jobs.enqueue(
          tx,
          call,
          'chat.deliver',
          { sessionId, step: String(step) },
          { dedupeKey: `${sessionId}/${step}`, delaySeconds: firstTrySeconds },
        );
    });
    return true;
  } catch (error) {
    // The visitor's own copy is left; the next turn tries again.
    call.ports.logger.warn('conversation not kept', { subscriptionId, problem: toProblem(error).type });
    return false;
  }
}

/** The delivery that waits; undefined: what was said is gone. */
export async function findWaiting(
  { transcripts }: WaitingParts,
  {
    subscriptionId,
    sessionId,
    aiAgentId,
  }: { readonly subscriptionId: string; readonly sessionId: string; readonly aiAgentId: string },
): Promise<Delivery | undefined> {
  const kept = await transcripts.find({ subscriptionId, sessionId });
  if (kept === undefined) return undefined;
  const waiting = kept.map((text) => Waiting.parse(JSON.parse(text)));
  const is = (wanted: Ending): boolean => waiting.measure(({ ending }) => ending === wanted);
  return {
    aiAgentId,
    sessionId,
    desk: waiting.map(({ desk }) => desk),
    conversation: waiting.map(({ conversation }) => conversation),
    ending: endings.find(is) ?? null,
  };
}

/** Zendesk has it. */
export async function endWaiting(
  { bookkeeping, transcripts }: WaitingParts,
  place: { readonly subscriptionId: string; readonly sessionId: string },
): Promise<void> {
  await transcripts.forget(place);
  await bookkeeping.bookkeep(place, (tx) => forgetWaiting(tx, place.sessionId));
}
