import { join } from 'node:path';
import { embeddingDimensions, type Pooling } from '../../ports/embedder.ts';
import type { ModelLayout } from './model-directory.ts';
import { sessionOptions, type OrtSession, type OrtTensor, type Runtime } from './runtime.ts';
import { UnfitModelError } from './unfit-model.ts';

/** One run of the graph and what makes vectors of its output. */
export interface Encoder {
  /** Vectors one after the other, 768 numbers each. */
  encode(batch: readonly (readonly number[])[]): Promise<Float32Array<ArrayBuffer>>;
  close(): Promise<void>;
}

const known = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'];

/** Loads the graph. Throws `UnfitModelError`. */
export async function openEncoder(
  { ort }: Pick<Runtime, 'ort'>,
  layout: ModelLayout,
  padId: number,
  threads: number,
): Promise<Encoder> {
  const session = await openSession(ort, layout, threads);
  const strange = session.inputNames.find((name) => !known.includes(name));
  if (strange !== undefined) throw new UnfitModelError('its graph asks for an input that is not known here');
  const output = ['last_hidden_state', 'token_embeddings', 'sentence_embedding'].find((name) =>
    session.outputNames.includes(name),
  );
  if (output === undefined) throw new UnfitModelError('its graph has no output that is known here');
  const tensor = (data: BigInt64Array, dims: readonly number[]): OrtTensor =>
    new ort.Tensor('int64', data, dims);
  return {
    encode: async (batch) => {
      const length = Math.max(...batch.map((ids) => ids.length));
      const inputs = inputsOf(batch, length, padId);
      const feeds = Object.fromEntries(
        session.inputNames.map((name) => [
          name,
          tensor(inputs[name] as BigInt64Array, [batch.length, length]),
        ]),
      );
      const result = (await session.run(feeds))[output];
      if (result === undefined || result.type !== 'float32' || result.dims.at(-1) !== embeddingDimensions)
        throw new UnfitModelError(`its vectors do not have ${embeddingDimensions} numbers`);
      const states = result.data as Float32Array;
      const lengths = batch.map((ids) => ids.length);
      const vectors =
        result.dims.length === 2 ? Float32Array.from(states) : pool(states, lengths, length, layout.pooling);
      if (layout.normalized) normalize(vectors);
      return vectors;
    },
    close: () => session.release(),
  };
}

async function openSession(ort: Runtime['ort'], layout: ModelLayout, threads: number): Promise<OrtSession> {
  try {
    return await ort.InferenceSession.create(
      join(layout.directory, layout.onnxFile),
      sessionOptions(threads),
    );
  } catch {
    throw new UnfitModelError(`${layout.onnxFile} cannot be loaded by this runtime`);
  }
}

/** Token ids, mask, types and positions of a batch, padded at the end. */
function inputsOf(
  batch: readonly (readonly number[])[],
  length: number,
  padId: number,
): Readonly<Record<string, BigInt64Array>> {
  const size = batch.length * length;
  const ids = new BigInt64Array(size);
  const mask = new BigInt64Array(size);
  const positions = new BigInt64Array(size);
  if (padId !== 0) ids.fill(BigInt(padId));
  // Written as pairs of 32 bits: making a BigInt of every number costs more than all the rest of this.
  const lowIds = new Int32Array(ids.buffer);
  const lowMask = new Int32Array(mask.buffer);
  const lowPositions = new Int32Array(positions.buffer);
  batch.forEach((tokens, row) => {
    tokens.forEach((id, column) => {
      const at = 2 * (row * length + column);
      lowIds[at] = id;
      lowMask[at] = 1;
      lowPositions[at] = column;
    });
  });
  return {
    input_ids: ids,
    attention_mask: mask,
    token_type_ids: new BigInt64Array(size),
    position_ids: positions,
  };
}

/** One vector a text from the states of its tokens; padding does not count. */
export function pool(
  states: Float32Array,
  lengths: readonly number[],
  length: number,
  pooling: Pooling,
): Float32Array<ArrayBuffer> {
  const width = embeddingDimensions;
  const vectors = new Float32Array(lengths.length * width);
  lengths.forEach((tokens, row) => {
    const start = row * length * width;
    if (pooling !== 'mean') {
      const at = start + (pooling === 'cls' ? 0 : tokens - 1) * width;
      vectors.set(states.subarray(at, at + width), row * width);
      return;
    }
    const sum = new Float64Array(width);
    for (let token = 0; token < tokens; token += 1) {
      const at = start + token * width;
      for (let i = 0; i < width; i += 1) sum[i] = (sum[i] ?? 0) + (states[at + i] ?? 0);
    }
    for (let i = 0; i < width; i += 1) vectors[row * width + i] = (sum[i] ?? 0) / tokens;
  });
  return vectors;
}

/** Brings every vector to length 1. */
export function normalize(vectors: Float32Array): void {
  for (let start = 0; start < vectors.length; start += embeddingDimensions) {
    const vector = vectors.subarray(start, start + embeddingDimensions);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (const [i, value] of vector.entries()) vector[i] = value / length;
  }
}
