import { describe, expect, it } from 'vitest';
import { batchesOf } from './batches.ts';
import { RequestQueue } from './request-queue.ts';

describe('batches', () => {
  it('put texts of like length together, shortest first, every text once', () => {
    expect(batchesOf([40, 3, 41, 5, 4], { texts: 2, tokens: 100 })).toEqual([[1, 4], [3, 0], [2]]);
  });

  it('leave a long text alone', () => {
    expect(batchesOf([300, 60, 60, 300, 60], { texts: 8, tokens: 256 })).toEqual([[1, 2, 4], [0], [3]]);
  });

  it('are of one text where a graph gives another vector in company', () => {
    expect(batchesOf([5, 4, 3], { texts: 1, tokens: 256 })).toEqual([[2], [1], [0]]);
  });
});

describe('what waits for the graph', () => {
  const one = [[1, 2]];

  it('lets a query go before passages that came first, and the older before the newer', () => {
    const queue = new RequestQueue({ texts: 1, tokens: 10 });
    queue.add(1, 'passage', one);
    queue.add(2, 'passage', one);
    expect(queue.next()?.id).toBe(1);
    queue.add(3, 'query', one);
    expect(queue.next()?.id).toBe(3);
    queue.drop(3);
    queue.drop(1);
    expect(queue.next()?.id).toBe(2);
    queue.drop(2);
    expect(queue.next()).toBeUndefined();
  });
});
