import { inspect } from 'node:util';

const shown = '[secret]';

/** Bytes of a key that no log line, error or dump shows, and that can be wiped. */
export class Secret {
  readonly #bytes: Buffer;
  #wiped = false;

  /** Takes the buffer over: whoever made it must not use it afterwards. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** True once it has been wiped; its bytes must not be used then. */
  get wiped(): boolean {
    return this.#wiped;
  }

  /** Lends the bytes to `work`, which must be done with them when it returns. Throws after `wipe`. */
  use<T>(work: (bytes: Buffer) => T): T {
    if (this.#wiped) throw new Error('A secret was used after it had been wiped');
    return work(this.#bytes);
  }

  wipe(): void {
    this.#wiped = true;
    this.#bytes.fill(0);
  }

  toJSON(): string {
    return shown;
  }

  toString(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
