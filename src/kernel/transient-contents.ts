/** Holds each value under the Transient that stands for it; only transient.ts and reveal.ts may import this. */
export const contents = new WeakMap<object, unknown>();
