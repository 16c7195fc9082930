import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';

/** Which jobs of this process may run at the same time: most beside each other, a suspicious one alone. */
export interface Turns {
  /** How many jobs run at the moment. */
  readonly running: number;
  /** Runs the work beside others, as soon as nobody is or waits to be alone. */
  beside(work: () => Promise<void>): Promise<void>;
  /** Lets no other start, waits for those that run, but for none past its deadline, and runs the work. For one caller at a time. */
  alone(work: () => Promise<void>): Promise<void>;
  /** Resolves when everything that runs has ended. */
  ended(): Promise<void>;
}

/** Makes turns for one process; a job that runs past `deadlineMs` is no longer waited for. */
export function createTurns(clock: Clock, deadlineMs: number): Turns {
  const startedAt = new Map<Promise<void>, number>();
  let blocked: Promise<void> | undefined;

  const run = async (work: () => Promise<void>) => {
    const running = work();
    startedAt.set(running, clock.elapsed());
    try {
      await running;
    } finally {
      startedAt.delete(running);
    }
  };
  const others = async () => {
    const leftMs = [...startedAt.values()].map((began) => began + deadlineMs - clock.elapsed());
    const patience = new AbortController();
    await Promise.race([
      Promise.allSettled(startedAt.keys()),
      sleep(Math.max(0, ...leftMs), undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  };
  return {
    get running() {
      return startedAt.size;
    },
    async beside(work) {
      while (blocked !== undefined) await blocked;
      await run(work);
    },
    async alone(work) {
      const free = Promise.withResolvers<void>();
      blocked = free.promise;
      try {
        await others();
        await run(work);
      } finally {
        blocked = undefined;
        free.resolve();
      }
    },
    ended: async () => void (await Promise.allSettled(startedAt.keys())),
  };
}
