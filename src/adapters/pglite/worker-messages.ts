/** What the worker thread is started with. */
export interface WorkerInput {
  /** Undefined: in memory, gone when the worker ends. */
  readonly dataDirectory: string | undefined;
  readonly socketPath: string;
  readonly migrationDirectories: readonly string[];
  readonly maxConnections: number;
}

/** What the worker says; any message to it means: close. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly reason: string };
