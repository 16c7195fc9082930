/** A vector at length 1 as pgvector reads it. Half precision keeps about four digits of each number. */
export function vectorText(vector: Float32Array): string {
  let square = 0;
  for (const number of vector) square += number * number;
  const length = Math.sqrt(square);
  if (!Number.isFinite(length) || length === 0) throw new RangeError('A vector without direction');
  const numbers: string[] = [];
  for (const number of vector) numbers.push((number / length).toPrecision(6));
  return `[${numbers.join(',')}]`;
}
