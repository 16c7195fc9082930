import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddingDimensions } from '../../src/ports/embedder.ts';
import { loadRuntime, sessionOptions } from '../../src/adapters/embeddings/runtime.ts';

/** The runtime and the tokenizer alone, as a short program would call them: no thread, no queue, no checks. */
export async function openBare(directory: string, onnxFile: string, threads: number) {
  const { ort, Tokenizer } = loadRuntime();
  const json = (file: string): object => JSON.parse(readFileSync(join(directory, file), 'utf8')) as object;
  const tokenizer = new Tokenizer(json('tokenizer.json'), json('tokenizer_config.json'));
  const session = await ort.InferenceSession.create(join(directory, onnxFile), sessionOptions(threads));

  async function embedBatch(texts: readonly string[]): Promise<Float32Array[]> {
    const tokens = texts.map((text) => tokenizer.encode(text).ids);
    const length = Math.max(...tokens.map((ids) => ids.length));
    const shape = [texts.length, length];
    const ids = new BigInt64Array(texts.length * length);
    const mask = new BigInt64Array(texts.length * length);
    tokens.forEach((row, at) =>
      row.forEach((id, column) => {
        ids[at * length + column] = BigInt(id);
        mask[at * length + column] = 1n;
      }),
    );
    const feeds = {
      input_ids: new ort.Tensor('int64', ids, shape),
      attention_mask: new ort.Tensor('int64', mask, shape),
      token_type_ids: new ort.Tensor('int64', new BigInt64Array(ids.length), shape),
    };
    const { last_hidden_state: output } = await session.run(feeds);
    const states = output?.data as Float32Array;
    return tokens.map((row, at) => {
      const vector = new Float32Array(embeddingDimensions);
      for (let token = 0; token < row.length; token += 1) {
        const start = (at * length + token) * embeddingDimensions;
        for (let i = 0; i < embeddingDimensions; i += 1)
          vector[i] = (vector[i] ?? 0) + (states[start + i] ?? 0);
      }
      const norm = Math.hypot(...vector);
      return vector.map((value) => value / norm);
    });
  }
  return {
    /** Tokens of a text, to make the same batches from. */
    lengthOf: (text: string): number => tokenizer.encode(text).ids.length,
    embedBatch,
    close: () => session.release(),
  };
}
