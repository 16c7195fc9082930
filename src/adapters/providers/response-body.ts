import type { Dispatcher } from 'undici';
import type { TextTap } from './text-tap.ts';

/** Bytes kept while nobody reads; above it the socket is paused. */
const pauseAboveBytes = 256 * 1024;

/** What of the connection a body has in its hands. */
export type SocketControl = Pick<Dispatcher.DispatchController, 'pause' | 'resume' | 'abort'>;

const nothing = new Uint8Array(0);

type Read = { done: false; value: Uint8Array } | { done: true; value: undefined };
interface Waiting {
  resolve(read: Read): void;
  reject(error: unknown): void;
  /** Only wants to know whether there is something; it stays for the next reader. */
  readonly peeks?: true;
}

/**
 * The body of an answer, as much of a `ReadableStream` as the provider packages use. What arrived in one read of
 * the socket is handed over as one chunk, which saves most of the cost of a real stream.
 */
export class ResponseBody {
  readonly locked = false;
  private readonly controller: SocketControl;
  private readonly limitBytes: number;
  private readonly tap: TextTap | undefined;
  private chunks: Uint8Array[] = [];
  private queuedBytes = 0;
  private totalBytes = 0;
  private paused = false;
  private flushing = false;
  private ended = false;
  private error: unknown;
  private waiting: Waiting | undefined;

  constructor(controller: SocketControl, limitBytes: number, tap: TextTap | undefined) {
    this.controller = controller;
    this.limitBytes = limitBytes;
    this.tap = tap;
  }

  push(received: Uint8Array): void {
    if (this.ended) return;
    this.totalBytes += received.length;
    if (this.totalBytes > this.limitBytes) {
      void this.cancel();
      this.fail(new RangeError('The answer is too large'));
      return;
    }
    const chunk = this.tap === undefined ? received : this.tap.push(received);
    if (chunk === undefined) return;
    this.keep(chunk);
    if (this.waiting !== undefined) this.flushSoon();
    else if (this.queuedBytes > pauseAboveBytes && !this.paused) {
      this.paused = true;
      this.controller.pause();
    }
  }

  private keep(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.queuedBytes += chunk.length;
  }

  end(): void {
    const rest = this.tap?.close();
    if (rest !== undefined && !this.ended) this.keep(rest);
    this.ended = true;
    if (this.waiting !== undefined) this.flushSoon();
  }

  fail(error: unknown): void {
    if (this.error !== undefined) return;
    this.ended = true;
    this.error = error;
    if (this.waiting !== undefined) this.flushSoon();
  }

  // The parser calls `push` several times before microtasks run: waiting for them joins the chunks.
  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      const waiting = this.waiting;
      if (waiting === undefined) return;
      this.waiting = undefined;
      this.settle(waiting);
    });
  }

  private settle(waiting: Waiting): void {
    const first = this.chunks[0];
    if (waiting.peeks === true && (first !== undefined || this.error !== undefined)) {
      waiting.resolve({ done: false, value: nothing });
    } else if (first !== undefined) {
      const value = this.chunks.length === 1 ? first : Buffer.concat(this.chunks, this.queuedBytes);
      this.chunks = [];
      this.queuedBytes = 0;
      if (this.paused) {
        this.paused = false;
        this.controller.resume();
      }
      waiting.resolve({ done: false, value });
    } else if (this.error !== undefined) waiting.reject(this.error);
    else if (this.ended) waiting.resolve({ done: true, value: undefined });
    else this.waiting = waiting;
  }

  private readonly read = (): Promise<Read> =>
    new Promise((resolve, reject) => this.settle({ resolve, reject }));

  /** Whether something is there for the provider package: bytes the tap has left, or an error. */
  hasRest(): Promise<boolean> {
    return new Promise((resolve, reject) =>
      this.settle({ resolve: (read) => resolve(!read.done), reject, peeks: true }),
    );
  }

  /** Closes the socket when the answer is not complete yet. */
  readonly cancel = (): Promise<void> => {
    if (!this.ended) {
      this.ended = true;
      this.chunks = [];
      this.queuedBytes = 0;
      this.controller.abort(new DOMException('The answer is no longer wanted', 'AbortError'));
    }
    return Promise.resolve();
  };

  getReader(): { read(): Promise<Read>; cancel(): Promise<void>; releaseLock(): void } {
    return { read: this.read, cancel: this.cancel, releaseLock: () => {} };
  }

  pipeThrough<T>(pair: {
    readable: ReadableStream<T>;
    writable: WritableStream<Uint8Array>;
  }): ReadableStream<T> {
    const stream = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const read = await this.read();
        if (read.done) controller.close();
        else controller.enqueue(read.value);
      },
      cancel: this.cancel,
    });
    return stream.pipeThrough(pair as ReadableWritablePair<T, Uint8Array>);
  }

  async bytes(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const read = await this.read();
      if (read.done) return Buffer.concat(parts);
      parts.push(read.value);
    }
  }
}
