import { ProblemError } from '../../kernel/problem-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { observeRequests, type FastResponse, type RequestObserver } from './fast-fetch.ts';
import type { TextTap } from './text-tap.ts';

/** Milliseconds each part of a generation may take. */
export interface Deadlines {
  readonly connect: number;
  readonly firstToken: number;
  /** In place of `firstToken` for models that think before they write. */
  readonly firstTokenReasoning: number;
  readonly gap: number;
  /** Of the whole generation, with retries. */
  readonly total: number;
}

export const defaultDeadlines: Deadlines = {
  connect: 3_000,
  firstToken: 20_000,
  firstTokenReasoning: 60_000,
  gap: 15_000,
  total: 120_000,
};

export interface WatchOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly reasoning: boolean;
  readonly streaming: boolean;
  readonly caller: AbortSignal;
}

/**
 * Ends a generation when its caller aborts, its reader leaves, or a deadline passes. One timer serves all deadlines:
 * progress only notes the time, and the timer looks at the note when it fires.
 */
export class Watch implements RequestObserver {
  private readonly options: WatchOptions;
  private readonly controller = new AbortController();
  private readonly startedAt: number;
  private ending: 'caller' | 'deadline' | 'reader' | undefined;
  private allowed = Infinity;
  private lastAt: number;
  private writing = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private firesAt = Infinity;
  /** Whether the running call has reached the provider, so that it may be billed. */
  connected = false;
  private reached = false;
  openTap: (() => TextTap) | undefined;
  /** An answer that is here already and that the provider package is to read. */
  received: FastResponse | undefined;

  constructor(options: WatchOptions) {
    this.options = options;
    this.startedAt = this.lastAt = options.clock.elapsed();
    if (options.caller.aborted) this.end('caller');
    else options.caller.addEventListener('abort', this.onCallerAbort);
    observeRequests(this.controller.signal, this);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  private readonly onCallerAbort = (): void => this.end('caller');

  onConnected(): void {
    this.connected = true;
    this.reached = true;
    const { deadlines, reasoning, streaming } = this.options;
    if (!streaming) this.allow(Infinity);
    else this.allow(reasoning ? deadlines.firstTokenReasoning : deadlines.firstToken);
  }

  readonly intercept = (): Promise<FastResponse> | undefined => {
    const { received } = this;
    this.received = undefined;
    return received === undefined ? undefined : Promise.resolve(received);
  };

  /** A call to the provider begins. */
  begin(): void {
    this.connected = false;
    this.received = undefined;
    this.writing = false;
    this.allow(this.options.deadlines.connect);
  }

  /** The provider wrote or thought something. */
  progress(): void {
    this.lastAt = this.options.clock.elapsed();
    if (this.writing) return;
    this.writing = true;
    this.allow(this.options.deadlines.gap);
  }

  /** Waits between two calls; throws when the generation ends meanwhile. */
  async pause(milliseconds: number): Promise<void> {
    this.connected = false;
    this.allow(Infinity);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.signal.addEventListener('abort', done);
      if (this.signal.aborted) done();
    });
    this.throwIfEnded();
  }

  /** The reader of a stream went away. */
  leave(): void {
    this.end('reader');
  }

  /** Throws the caller's own reason, or the problem that a deadline or a missing reader stands for. */
  throwIfEnded(): void {
    if (this.ending === undefined) return;
    if (this.ending === 'caller') throw this.options.caller.reason;
    if (this.ending === 'reader') throw new ProblemError('provider-interrupted');
    throw new ProblemError(this.reached ? 'provider-timeout' : 'provider-unreachable');
  }

  /** Nothing is watched any more. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.options.caller.removeEventListener('abort', this.onCallerAbort);
  }

  private end(ending: 'caller' | 'deadline' | 'reader'): void {
    if (this.ending !== undefined || this.stopped) return;
    this.stop();
    this.ending = ending;
    this.controller.abort(new DOMException('The generation ended', 'AbortError'));
  }

  private allow(milliseconds: number): void {
    this.allowed = milliseconds;
    this.lastAt = this.options.clock.elapsed();
    if (this.due() < this.firesAt) this.arm();
  }

  private due(): number {
    return Math.min(this.lastAt + this.allowed, this.startedAt + this.options.deadlines.total);
  }

  private arm(): void {
    if (this.ending !== undefined) return;
    clearTimeout(this.timer);
    this.firesAt = this.due();
    this.timer = setTimeout(this.onTimer, Math.max(1, this.firesAt - this.options.clock.elapsed()));
  }

  private readonly onTimer = (): void => {
    if (this.options.clock.elapsed() + 0.5 < this.due()) this.arm();
    else this.end('deadline');
  };
}
