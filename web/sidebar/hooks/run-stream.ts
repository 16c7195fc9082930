import type { z } from 'zod';
import type { StreamEvent } from '../../../src/contract/stream-events.ts';
import { problemTypes } from '../../../src/kernel/problem-types.ts';
import { RequestFailedError, type Failure } from '../../shared/failure.ts';
import type { FeatureRunAction, RunEvent } from '../state/feature-run.ts';

const unreadable: Failure = {
  kind: 'problem',
  problem: { type: '/problems/provider-bad-output', ...problemTypes['provider-bad-output'] },
};

/** Events of a stream that belong to no single run. */
export type AsideEvent = Exclude<StreamEvent, RunEvent | { type: 'output' }>;

/** Follows a stream to its end: checks the output, hands on what is beside it, and turns what is thrown into a failure. */
export async function followStream<S extends z.ZodType>(
  events: AsyncIterable<StreamEvent>,
  output: S,
  apply: (action: FeatureRunAction<z.output<S>>) => void,
  aside: (event: AsideEvent) => void,
): Promise<void> {
  try {
    for await (const event of events) {
      if (event.type === 'card' || event.type === 'card-problem' || event.type === 'prompt') aside(event);
      else if (event.type !== 'output') apply({ type: 'event', event });
      else {
        const checked = output.safeParse(event.value);
        apply(
          checked.success
            ? { type: 'output', output: checked.data, degraded: event.degraded }
            : { type: 'fail', failure: unreadable },
        );
      }
    }
  } catch (error) {
    apply({ type: 'fail', failure: failureOf(error) });
  }
}

/** Why a call failed, for a person to read. */
export const failureOf = (error: unknown): Failure =>
  error instanceof RequestFailedError ? error.failure : { kind: 'interrupted' };
