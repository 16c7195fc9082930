/**
 * Text on its way from the provider to the reader of a stream. Deltas that arrived together are taken as one text,
 * because every event costs more than the characters in it.
 */
export class DeltaQueue {
  private text = '';
  private closed = false;
  private wake: (() => void) | undefined;
  private waking = false;
  private taken = false;
  /** Whether anything was ever written; afterwards a call must not be repeated. */
  started = false;

  push(delta: string): void {
    this.started = true;
    this.text += delta;
    this.wakeSoon();
  }

  close(): void {
    this.closed = true;
    this.wakeSoon();
  }

  /** The text since the last take; undefined at the end. */
  async take(): Promise<string | undefined> {
    while (this.text === '') {
      if (this.closed) return undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const { text } = this;
    this.taken = true;
    this.text = '';
    return text;
  }

  // All events of one read of the socket pass in the microtasks before the next immediate, most before the next tick.
  private wakeSoon(): void {
    if (this.waking || this.wake === undefined) return;
    this.waking = true;
    // The first words are waited for by a person; later ones may wait for those that arrive with them.
    if (this.taken) setImmediate(this.onImmediate);
    else process.nextTick(this.onImmediate);
  }

  private readonly onImmediate = (): void => {
    this.waking = false;
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  };
}
