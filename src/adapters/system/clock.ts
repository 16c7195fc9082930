import { pooledRandom } from '../../kernel/random.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import { v7 } from 'uuid';

/** The machine's own time. */
export const systemClock: Clock = { now: () => new Date(), elapsed: () => performance.now() };

/** Ids that sort by the time they were made. */
export const uuidIds: Ids = { next: () => v7({ random: pooledRandom(16) }) };
