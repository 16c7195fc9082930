import type { Clock } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';

const everyMs = 60_000;
const batch = 1_000;

/** Deletes finished jobs that have reached their age; does so once a minute however often it is called. */
export function createPurge(database: Database, clock: Clock): () => Promise<void> {
  let purgedAt = clock.elapsed();
  return async () => {
    if (clock.elapsed() - purgedAt < everyMs) return;
    purgedAt = clock.elapsed();
    for (let gone = batch; gone >= batch;) {
      const swept = await database.lookup((lookups) => lookups.sweep('job_outbox', batch));
      gone = swept.reduce((sum, { rows }) => sum + rows, 0);
    }
  };
}
