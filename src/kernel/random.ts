import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let at = pool.length;

/** Random bytes from a pool that is filled in one go: a call to the system for every id costs more than the id. Never for keys. */
export function pooledRandom(count: number): Uint8Array {
  if (at + count > pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  at += count;
  return pool.subarray(at - count, at);
}
