import { existsSync } from 'node:fs';
import { ProblemError } from '../../kernel/problem-error.ts';
import { reveal } from '../../kernel/reveal.ts';
import type { Transient } from '../../kernel/transient.ts';
import type { Embedder, EmbedderState, EmbeddingKind, EmbeddingModel } from '../../ports/embedder.ts';
import type { Logger } from '../../ports/logger.ts';
import { startEmbeddingThread, type EmbeddingThread } from './embedding-thread.ts';
import { readModelDirectory } from './model-directory.ts';
import { fingerprint } from './model-files.ts';
import { runtimeDirectory as installedRuntime, runtimeIsInstalled } from './runtime.ts';
import { UnfitModelError } from './unfit-model.ts';

export interface EmbedderOptions {
  /** The model directory; it need not exist, and may come, change or go while the program runs. */
  readonly directory: string;
  /** Processor threads for one text. */
  readonly threads: number;
  readonly logger: Logger;
  /** Where the runtime is installed; the program's own `embedder/` when left out. */
  readonly runtimeDirectory?: string;
  /** How often the directory is looked at. */
  readonly watchMs?: number;
  /** Wait before a thread that ended is started again; doubled for each time in a row. */
  readonly restartMs?: number;
  /** JavaScript memory of the thread, in megabytes. */
  readonly heapMegabytes?: number;
}

const longestRestartMs = 60_000;

/** The local model in a thread of its own. Nothing is read or loaded before `settled` is called. */
export function createEmbedder(options: EmbedderOptions): Embedder {
  return new LocalEmbedder(options);
}

class LocalEmbedder implements Embedder {
  readonly #options: EmbedderOptions;
  readonly #runtime: string;
  readonly #listeners = new Set<(model: EmbeddingModel | undefined) => void>();
  #state: EmbedderState = { kind: 'absent', reason: 'it has not been looked for' };
  #thread: EmbeddingThread | undefined;
  #settling: Promise<EmbedderState> | undefined;
  #seen = '';
  #crashes = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: EmbedderOptions) {
    this.#options = options;
    this.#runtime = options.runtimeDirectory ?? installedRuntime;
  }

  get state(): EmbedderState {
    return this.#state;
  }

  get model(): EmbeddingModel | undefined {
    return this.#state.kind === 'ready' ? this.#state.model : undefined;
  }

  settled(): Promise<EmbedderState> {
    this.#settling ??= this.#load().finally(() => this.#watch(this.#options.watchMs ?? 15_000));
    return this.#settling;
  }

  async embed(
    texts: Transient<readonly string[]>,
    kind: EmbeddingKind,
    signal: AbortSignal,
  ): Promise<readonly Float32Array<ArrayBuffer>[]> {
    signal.throwIfAborted();
    if (this.#thread === undefined || this.model === undefined)
      throw new ProblemError('embedding-unavailable');
    return this.#thread.embed(reveal(texts, 'embedding'), kind, signal);
  }

  onChange(listener: (model: EmbeddingModel | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#settling;
    clearTimeout(this.#timer);
    await this.#thread?.close();
    this.#thread = undefined;
    this.#state = { kind: 'absent', reason: 'the program is ending' };
  }

  /** Loads what is there now and puts it in the place of what was loaded before, which answers until then. */
  async #load(): Promise<EmbedderState> {
    const { directory, threads, logger, heapMegabytes } = this.#options;
    this.#seen = this.#look();
    const absent = whyAbsent(directory, this.#runtime);
    if (absent !== undefined) return this.#replace(undefined, { kind: 'absent', reason: absent });
    if (this.#thread === undefined) this.#state = { kind: 'loading' };
    const startedAt = performance.now();
    try {
      const input = { directory, runtimeDirectory: this.#runtime, threads };
      const thread = await startEmbeddingThread(input, () => this.#restart(), heapMegabytes);
      const durationMs = Math.round(performance.now() - startedAt);
      logger.info('embedding.ready', { model: thread.model.name, durationMs });
      return await this.#replace(thread, { kind: 'ready', model: thread.model });
    } catch (error) {
      const reason = error instanceof UnfitModelError ? error.message : 'it cannot be loaded';
      logger.warn('embedding.unfit', { code: 'model' });
      return this.#replace(undefined, { kind: 'unfit', reason });
    }
  }

  async #replace(thread: EmbeddingThread | undefined, state: EmbedderState): Promise<EmbedderState> {
    const [oldThread, oldModel] = [this.#thread, this.model];
    if (this.#closed) {
      await thread?.close();
      return this.#state;
    }
    this.#thread = thread;
    this.#state = state;
    await oldThread?.close();
    if (oldModel?.id !== this.model?.id) for (const listener of this.#listeners) listener(this.model);
    return state;
  }

  /** The thread ended by itself: those who waited have been told, and the next texts need a new one. */
  #restart(): void {
    if (this.#closed) return;
    const wait = Math.min((this.#options.restartMs ?? 1_000) * 2 ** this.#crashes, longestRestartMs);
    this.#crashes += 1;
    this.#options.logger.error('embedding.thread-ended', { attempt: this.#crashes });
    this.#thread = undefined;
    this.#state = { kind: 'loading' };
    for (const listener of this.#listeners) listener(undefined);
    this.#seen = '';
    this.#watch(wait);
  }

  #watch(afterMs: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      const changed = this.#look() !== this.#seen;
      if (!changed) this.#crashes = 0;
      const loading = changed ? this.#load() : Promise.resolve(this.#state);
      this.#settling = loading;
      void loading.finally(() => this.#watch(this.#options.watchMs ?? 15_000));
    }, afterMs).unref();
  }

  /** What stands in the directory now; empty when it is no model that could be loaded. */
  #look(): string {
    try {
      const installed = runtimeIsInstalled(this.#runtime) ? 'runtime' : '';
      return `${installed}|${fingerprint(readModelDirectory(this.#options.directory))}`;
    } catch {
      return existsSync(this.#options.directory) ? 'unreadable' : 'none';
    }
  }
}

function whyAbsent(directory: string, runtime: string): string | undefined {
  if (!existsSync(directory)) return 'there is no model directory';
  if (!runtimeIsInstalled(runtime)) return 'the runtime is not installed';
  return undefined;
}
