import { contents } from './transient-contents.ts';

/** Thrown when code tries to turn ticket content into something that could be stored or logged. */
export class TransientLeakError extends Error {
  override readonly name = 'TransientLeakError';
  constructor(operation: string) {
    super(`Ticket content must stay in memory: refused ${operation}`);
  }
}

/** A record with every Transient field replaced by what it holds. */
export type Opened<T> = {
  [K in keyof T]: T[K] extends Transient<infer V>
    ? V
    : T[K] extends Transient<infer V> | undefined
      ? V | undefined
      : T[K];
};

/** Content that may be read, sent to a model and shown, but never stored, queued, cached or logged. */
export class Transient<out T> {
  // A private field is in no key, no clone, no JSON and no inspection; a WeakMap kept it too, at a price in every GC.
  readonly #held: T;

  static {
    contents.of = (transient) => (transient as Transient<unknown>).#held;
  }

  private constructor(value: T) {
    this.#held = value;
  }

  static of<T>(value: T): Transient<T> {
    return new Transient<T>(value);
  }

  /** Joins several contents into one. */
  static all<const A extends readonly unknown[]>(parts: {
    readonly [K in keyof A]: Transient<A[K]>;
  }): Transient<A> {
    return Transient.of(parts.map((part) => part.#held) as unknown as A);
  }

  /** Joins a record that has Transient fields into one Transient record. */
  static join<T extends object>(record: T): Transient<Opened<T>> {
    const opened = Object.entries(record).map(([key, value]) => [
      key,
      value instanceof Transient ? (value as Transient<unknown>).#held : value,
    ]);
    return Transient.of(Object.fromEntries(opened) as Opened<T>);
  }

  /** Works on the content and keeps it transient. */
  map<U>(work: (value: T) => U): Transient<U> {
    return Transient.of(work(this.#held));
  }

  /** A fact about the content that is not the content: a length, a count, an id, a yes or no. */
  measure<N extends number | boolean>(fact: (value: T) => N): N {
    const measured = fact(this.#held);
    if (typeof measured !== 'number' && typeof measured !== 'boolean')
      throw new TransientLeakError('a measure that is no number');
    return measured;
  }

  toJSON(): never {
    throw new TransientLeakError('serialisation');
  }

  toString(): never {
    throw new TransientLeakError('conversion to a string');
  }

  valueOf(): never {
    throw new TransientLeakError('conversion to a value');
  }

  /** Called by node-postgres on bind parameters. */
  toPostgres(): never {
    throw new TransientLeakError('a database parameter');
  }

  [Symbol.toPrimitive](): never {
    throw new TransientLeakError('conversion to a primitive');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'Transient(…)';
  }
}
