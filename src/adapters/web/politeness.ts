import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../ports/clock.ts';

interface HostState {
  running: number;
  /** On the clock's elapsed scale: before this nobody begins. */
  nextStart: number;
  readonly waiting: (() => void)[];
}

const usualGapMs = 200;
const longestGapMs = 10_000;
const atOnce = 2;

/** Keeps this process from asking one host for much at once: two requests at a time, a pause between their beginnings. */
export class Politeness {
  readonly #clock: Clock;
  readonly #hosts = new LRUCache<string, HostState>({ max: 5_000 });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Works when it is this one's turn; `gapSeconds` is the host's own wish, one at a time then. */
  async take<T>(
    host: string,
    gapSeconds: number | undefined,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    const state = this.#hosts.get(host) ?? { running: 0, nextStart: 0, waiting: [] };
    this.#hosts.set(host, state);
    const gapMs = gapSeconds === undefined ? usualGapMs : Math.min(gapSeconds * 1000, longestGapMs);
    const most = gapMs > usualGapMs ? 1 : atOnce;
    await this.#free(state, most, signal);
    state.running += 1;
    try {
      const now = this.#clock.elapsed();
      const start = Math.max(now, state.nextStart);
      state.nextStart = start + gapMs;
      if (start > now) await sleep(start - now, undefined, { signal });
      return await work();
    } finally {
      state.running -= 1;
      state.waiting.shift()?.();
    }
  }

  async #free(state: HostState, most: number, signal: AbortSignal): Promise<void> {
    while (state.running >= most) {
      const turn = Promise.withResolvers<undefined>();
      const wake = (): void => turn.resolve(undefined);
      state.waiting.push(wake);
      const abort = (): void => turn.reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      try {
        signal.throwIfAborted();
        await turn.promise;
      } catch (error) {
        const at = state.waiting.indexOf(wake);
        // Woken and gone at once: the turn belongs to the next in line.
        if (at === -1) state.waiting.shift()?.();
        else state.waiting.splice(at, 1);
        throw error;
      } finally {
        signal.removeEventListener('abort', abort);
      }
    }
  }
}
