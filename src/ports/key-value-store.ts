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
