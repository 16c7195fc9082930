import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The part of onnxruntime-node that is used; its package is not installed with the program, so its types are not there either. */
export interface OrtTensor {
  readonly dims: readonly number[];
  readonly type: string;
  readonly data: unknown;
}
export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}
export interface Ort {
  readonly env: { logLevel: string };
  readonly InferenceSession: {
    create(path: string, options: Readonly<Record<string, unknown>>): Promise<OrtSession>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => OrtTensor;
}

/** The part of @huggingface/tokenizers that is used. */
export interface PlainTokenizer {
  encode(text: string, options?: { readonly add_special_tokens?: boolean }): { readonly ids: number[] };
  token_to_id(token: string): number | undefined;
}

export interface Runtime {
  readonly ort: Ort;
  readonly Tokenizer: new (tokenizer: object, config: object) => PlainTokenizer;
}

/** Folder of the runtime's own package.json and lockfile. */
export const runtimeDirectory = fileURLToPath(new URL('../../../embedder/', import.meta.url));

/** True when `npm run model -- fetch` or `npm ci` has installed the runtime. */
export const runtimeIsInstalled = (directory = runtimeDirectory): boolean =>
  ['onnxruntime-node', '@huggingface/tokenizers'].every((name) =>
    existsSync(join(directory, 'node_modules', name, 'package.json')),
  );

/** Loads native code: in the worker thread only. */
export function loadRuntime(directory = runtimeDirectory): Runtime {
  const require = createRequire(join(directory, 'package.json'));
  const ort = require('onnxruntime-node') as Ort;
  // Warnings of the native code name shapes and nodes; nothing of a call is to be printed at all.
  ort.env.logLevel = 'fatal';
  const { Tokenizer } = require('@huggingface/tokenizers') as Pick<Runtime, 'Tokenizer'>;
  return { ort, Tokenizer };
}

/** Session options for one thread of ours with `threads` processor threads of its own. */
export const sessionOptions = (threads: number): Readonly<Record<string, unknown>> => ({
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  // 4 is fatal.
  logSeverityLevel: 4,
  // Threads that wait for work sleep, so that a server that embeds nothing costs nothing.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
