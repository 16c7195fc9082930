/** Short-lived strings; a time to live is always given, in whole seconds. */
export interface KeyValueStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, options: { readonly ttlSeconds: number }): Promise<void>;
  /** True when the key was free; the way to accept something once. */
  setIfAbsent(key: string, value: string, options: { readonly ttlSeconds: number }): Promise<boolean>;
  /** Adds and returns the sum; the time to live starts with the first addition. */
  increment(key: string, by: number, options: { readonly ttlSeconds: number }): Promise<number>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

const longestSeconds = 24 * 60 * 60;

/** Throws `RangeError` unless the time to live is a whole number of seconds, at most a day, and 30 to 600 for keys that start with `cache:`. */
export function checkTimeToLive(key: string, ttlSeconds: number): void {
  const [least, most] = key.startsWith('cache:') ? [30, 600] : [1, longestSeconds];
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < least || ttlSeconds > most)
    throw new RangeError(`A time to live must be ${least} to ${most} whole seconds and is ${ttlSeconds}`);
}
