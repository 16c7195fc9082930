/** Lets so many works run at a time; the others wait, first come first served. */
export interface Turns {
  /** Rejects with the signal's reason when it is aborted while waiting. */
  take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

export function createTurns(atOnce: number): Turns {
  const waiting = new Set<() => void>();
  const running = new Set<Promise<unknown>>();
  let taken = 0;

  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const go = (): void => {
        waiting.delete(go);
        signal.removeEventListener('abort', giveUp);
        taken += 1;
        resolve();
      };
      const giveUp = (): void => {
        waiting.delete(go);
        reject(signal.reason as Error);
      };
      if (taken < atOnce) return go();
      waiting.add(go);
      signal.addEventListener('abort', giveUp, { once: true });
    });

  async function take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    await wait(signal);
    try {
      return await work();
    } finally {
      taken -= 1;
      waiting.values().next().value?.();
    }
  }

  return {
    take: (signal, work) => {
      const turn = take(signal, work);
      const done = turn.catch(() => undefined).finally(() => running.delete(done));
      running.add(done);
      return turn;
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
