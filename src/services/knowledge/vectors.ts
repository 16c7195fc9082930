/** -1 to 1; of vectors of any length. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let [product, a, b] = [0, 0, 0];
  for (const [at, value] of one.entries()) {
    const against = other[at] ?? 0;
    product += value * against;
    a += value * value;
    b += against * against;
  }
  return product / Math.sqrt(a * b || 1);
}

/** A vector at length 1 as pgvector reads it. Half precision keeps about four digits of each number. */
export function vectorText(vector: Float32Array): string {
  const numbers: string[] = [];
  for (const number of atLengthOne(vector)) numbers.push(number.toPrecision(6));
  return `[${numbers.join(',')}]`;
}

/** The same in pgvector's binary form of half precision: two bytes a number, and nothing to write or parse. */
export function packedVector(vector: Float32Array): Buffer {
  const packed = Buffer.alloc(4 + 2 * vector.length);
  packed.writeInt16BE(vector.length);
  const view = new DataView(packed.buffer, packed.byteOffset);
  atLengthOne(vector).forEach((number, at) => view.setFloat16(4 + 2 * at, number));
  return packed;
}

function atLengthOne(vector: Float32Array): Float64Array {
  let square = 0;
  for (const number of vector) square += number * number;
  const length = Math.sqrt(square);
  if (!Number.isFinite(length) || length === 0) throw new RangeError('A vector without direction');
  return Float64Array.from(vector, (number) => number / length);
}
