/** What one reader may use; more of it, and it is ended. */
export interface ReaderLimits {
  /** Of JavaScript's heap. */
  readonly heapMiB: number;
  /** Of resident memory, watched where `/proc` tells it (Linux). */
  readonly residentMiB: number;
  /** Of private writable memory, kept by the kernel (Linux): a last resort for what grows between two looks. */
  readonly dataMiB: number;
  /** Of processor time, kept by the kernel. */
  readonly cpuSeconds: number;
  /** Of time that passes: for a reader that waits for ever, and for a crowded machine. */
  readonly wallSeconds: number;
}

export const readerLimits: ReaderLimits = {
  heapMiB: 320,
  residentMiB: 512,
  dataMiB: 1_024,
  cpuSeconds: 8,
  wallSeconds: 30,
};

/** Readers at a time; further files wait. */
export const readersAtOnce = 2;

/** Bytes that a reader may answer with: the most text there may be, escaped, and the names of its blocks. */
export const longestAnswer = 12 * 1024 * 1024;
