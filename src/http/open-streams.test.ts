import { describe, expect, it } from 'vitest';
import { ProblemError } from '../kernel/problem-error.ts';
import { createOpenStreams, endingOf } from './open-streams.ts';

describe('open streams', () => {
  it('R15: says when the last one has ended', async () => {
    const streams = createOpenStreams();
    await streams.emptied(10_000);
    const [one, other] = [new AbortController(), new AbortController()];
    streams.add(one);
    streams.add(other);
    let empty = false;
    const emptied = streams.emptied(10_000).then(() => (empty = true));
    streams.delete(one);
    await new Promise((resolve) => setImmediate(resolve));
    expect(empty).toBe(false);
    streams.delete(other);
    await emptied;
  });

  it('R15: waits no longer than it was told', async () => {
    const streams = createOpenStreams();
    streams.add(new AbortController());
    const startedAt = performance.now();
    await streams.emptied(50);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(streams.size).toBe(1);
  });

  it('R15: tells a reader who stayed why, and one who left nothing', () => {
    const streams = createOpenStreams();
    const [stayed, left] = [new AbortController(), new AbortController()];
    streams.add(stayed);
    streams.add(left);
    left.abort();
    streams.endAll(new ProblemError('shutting-down'));
    expect(endingOf(stayed.signal)?.type).toBe('shutting-down');
    expect(endingOf(left.signal)).toBeUndefined();
    expect(endingOf(new AbortController().signal)).toBeUndefined();
  });
});
