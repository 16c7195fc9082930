import { describe, expect, it } from 'vitest';
import { embeddingDimensions } from '../../ports/embedder.ts';
import { normalize, pool } from './encoder.ts';

const width = embeddingDimensions;
/** Two texts of three places; the second has two tokens and a padding of a thousand. */
const states = new Float32Array(2 * 3 * width);
[1, 2, 6, 10, 20, 1_000].forEach((value, at) => states.fill(value, at * width, (at + 1) * width));
const firsts = (vectors: Float32Array): (number | undefined)[] => [vectors[0], vectors[width]];

describe('pooling', () => {
  it('takes the mean of the tokens and leaves padding out', () => {
    expect(firsts(pool(states, [3, 2], 3, 'mean'))).toEqual([3, 15]);
  });

  it('takes the first token, or the last that is no padding', () => {
    expect(firsts(pool(states, [3, 2], 3, 'cls'))).toEqual([1, 10]);
    expect(firsts(pool(states, [3, 2], 3, 'last'))).toEqual([6, 20]);
  });
});

describe('normalising', () => {
  it('brings each vector to length 1 and leaves one of zeros as it is', () => {
    const vectors = new Float32Array(2 * width);
    vectors[0] = 3;
    vectors[1] = 4;
    normalize(vectors);
    expect([vectors[0], vectors[1]]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
    expect(vectors.subarray(width).every((value) => value === 0)).toBe(true);
  });
});
