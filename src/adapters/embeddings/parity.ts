import { embeddingDimensions } from '../../ports/embedder.ts';
import type { BatchLimits } from './batches.ts';
import type { Encoder } from './encoder.ts';
import { UnfitModelError } from './unfit-model.ts';

/** Embedded whenever a model is loaded: it warms up, and what comes out says whether the model works here. */
export const fixedSentences: readonly string[] = [
  'Where is my order?',
  'Ich möchte mein Passwort zurücksetzen.',
  'La factura de este mes es más alta de lo habitual, ¿pueden explicarme por qué?',
  'The coffee machine stops after a few seconds and shows a red light.',
  'You can send an unused article back within thirty days; the label is in the parcel, and the money returns to the card that was charged.',
  '配送状況を教えてください。',
];

// Below it a batch changes what a text becomes (graphs that quantise while they run do that), so texts go one by one.
const sameInBatch = 0.9999;
// Another processor or runtime may round differently, but not by this much.
const sameAsBefore = 0.98;

/** Cosine of two vectors of any length. */
export function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const rowsOf = (vectors: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer>[] =>
  Array.from({ length: vectors.length / embeddingDimensions }, (_, row) =>
    vectors.subarray(row * embeddingDimensions, (row + 1) * embeddingDimensions),
  );

export interface Parity {
  /** The fixed sentences, each embedded alone. */
  readonly vectors: readonly Float32Array<ArrayBuffer>[];
  readonly limits: BatchLimits;
}

/** Checks a loaded model against itself and against the vectors it gave where it was set up. Throws `UnfitModelError`. */
export async function checkParity(
  encoder: Encoder,
  tokens: readonly (readonly number[])[],
  wanted: BatchLimits,
  reference: readonly string[] | undefined,
): Promise<Parity> {
  const vectors: Float32Array<ArrayBuffer>[] = [];
  for (const ids of tokens) vectors.push(await encoder.encode([ids]));
  if (vectors.some((vector) => !vector.every(Number.isFinite) || vector.every((value) => value === 0)))
    throw new UnfitModelError('it gives no vector for an ordinary sentence');
  const [first, ...others] = vectors;
  if (first !== undefined && others.every((other) => cosine(first, other) > sameInBatch))
    throw new UnfitModelError('it gives the same vector for different sentences');
  reference?.forEach((text, index) => {
    const vector = vectors[index];
    const before = Float32Array.from(floatsOf(text));
    if (vector === undefined || before.length !== vector.length || !(cosine(vector, before) >= sameAsBefore))
      throw new UnfitModelError('it gives other vectors on this machine than where it was set up');
  });
  const together = rowsOf(await encoder.encode(tokens));
  const same = vectors.every((vector, index) => {
    const other = together[index];
    return other !== undefined && cosine(vector, other) >= sameInBatch;
  });
  return { vectors, limits: same ? wanted : { texts: 1, tokens: wanted.tokens } };
}

/** A vector as the manifest holds it. */
export const textOfFloats = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');

const floatsOf = (text: string): Float32Array => {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
};
