/** The way into a Transient, set by transient.ts itself; only transient.ts and reveal.ts may import this file. */
export const contents: { of: (transient: object) => unknown } = {
  of: () => {
    throw new Error('Transient has not been loaded');
  },
};
