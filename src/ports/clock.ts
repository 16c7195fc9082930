/** Time of day and elapsed time apart, because the first may jump. */
export interface Clock {
  now(): Date;
  /** Milliseconds since some start; never goes back. */
  elapsed(): number;
}

export interface Ids {
  /** UUID version 7: sorts by time of creation. */
  next(): string;
}
