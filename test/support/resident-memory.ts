import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB } from '../../src/adapters/extraction/watch-memory.ts';

/** By how many MiB a process was larger than before, at most, while the work went on. */
export async function growthDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = (await residentMiB(pid)) ?? 0;
  if (before === 0) throw new Error('the system does not tell how much memory the process has');
  let most = before;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, (await residentMiB(pid)) ?? 0);
      await sleep(10);
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await watching;
  }
  return most - before;
}
