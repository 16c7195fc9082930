import { createHash } from 'node:crypto';
import { ProblemError } from '../../src/kernel/problem-error.ts';
import { reveal } from '../../src/kernel/reveal.ts';
import {
  embeddingDimensions,
  type Embedder,
  type EmbedderState,
  type EmbeddingModel,
} from '../../src/ports/embedder.ts';

/** An Embedder without a file of its own: each word has a dimension, so that texts with the same words are near. */
export interface WordEmbedder extends Embedder {
  /** Loads a model of this name, or takes it away. */
  use(name: string | undefined): void;
  /** Texts that were embedded so far. */
  readonly embedded: number;
  /** Counts from 0 again. */
  forget(): void;
}

export function wordEmbedder(): WordEmbedder {
  let model: EmbeddingModel | undefined;
  let embedded = 0;
  const listeners = new Set<(model: EmbeddingModel | undefined) => void>();
  const state = (): EmbedderState =>
    model === undefined ? { kind: 'absent', reason: 'no model' } : { kind: 'ready', model };
  return {
    use(name) {
      model =
        name === undefined
          ? undefined
          : {
              id: `sha256:${name}`,
              name,
              pooling: 'mean',
              normalized: false,
              maxTokens: 512,
              queryPrefix: '',
              passagePrefix: '',
            };
      for (const listener of listeners) listener(model);
    },
    forget() {
      embedded = 0;
    },
    get embedded() {
      return embedded;
    },
    get state() {
      return state();
    },
    get model() {
      return model;
    },
    settled: async () => state(),
    async embed(texts, _kind, signal) {
      signal.throwIfAborted();
      if (model === undefined) throw new ProblemError('embedding-unavailable');
      const { name } = model;
      const list = reveal(texts, 'embedding');
      embedded += list.length;
      return list.map((text) => vectorOf(`${name} `, text));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {},
  };
}

function vectorOf(salt: string, text: string): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(embeddingDimensions);
  for (const word of text.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? ['nothing']) {
    const dimension =
      createHash('sha256').update(salt).update(word).digest().readUInt32BE() % embeddingDimensions;
    vector[dimension] = (vector[dimension] ?? 0) + 1;
  }
  return vector;
}
