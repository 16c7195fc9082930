import type { JobContext } from '../ports/job-queue.ts';
import { finishRotation } from '../services/secrets/rotate-data-key.ts';

/** A day after a rotation: seals what is left under old keys and destroys those that nothing needs. */
export async function finishKeyRotation(context: JobContext): Promise<void> {
  const { kept, unopenable } = await finishRotation(context);
  if (kept > 0)
    context.ports.logger.warn('retired data keys are kept', {
      subscriptionId: context.subscriptionId,
      count: kept,
      code: unopenable > 0 ? 'values-do-not-open' : 'too-young',
    });
}
