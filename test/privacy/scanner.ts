import { formsOf, type Canary } from './canaries.ts';

export interface Finding {
  readonly channel: string;
  readonly place: string;
}

interface Pattern {
  readonly bytes: Buffer;
  readonly channel: string;
}

/** Says which canaries, in any form, stand in the bytes of a place. */
export type Scan = (place: string, bytes: Buffer) => Finding[];

const block = 3;

/**
 * Looks for thousands of patterns at once (Wu and Manber): the last three bytes of a window say how far it may jump, and
 * only where they end the beginning of a pattern is the pattern compared. Several hundred megabytes take a second.
 */
export function createScanner(canaries: readonly Canary[]): Scan {
  const patterns: Pattern[] = canaries.flatMap((canary) =>
    formsOf(canary).map((bytes) => ({ bytes, channel: canary.channel })),
  );
  const window = Math.min(...patterns.map(({ bytes }) => bytes.length));
  if (!(window >= block + 1)) throw new Error('a pattern is too short to be searched for');
  const shifts = new Uint8Array(1 << 24).fill(window - block + 1);
  const candidates = new Map<number, Pattern[]>();
  for (const pattern of patterns) {
    for (let end = block; end <= window; end += 1) {
      const key = pattern.bytes.readUIntBE(end - block, block);
      shifts[key] = Math.min(shifts[key] ?? 0, window - end);
      if (end === window) candidates.set(key, [...(candidates.get(key) ?? []), pattern]);
    }
  }
  return (place, bytes) => {
    const found = new Set<string>();
    for (let at = window; at <= bytes.length;) {
      const key = ((bytes[at - 3] ?? 0) << 16) | ((bytes[at - 2] ?? 0) << 8) | (bytes[at - 1] ?? 0);
      const shift = shifts[key] ?? 0;
      if (shift > 0) {
        at += shift;
        continue;
      }
      const start = at - window;
      for (const pattern of candidates.get(key) ?? []) {
        const end = start + pattern.bytes.length;
        if (end <= bytes.length && pattern.bytes.compare(bytes, start, end) === 0) found.add(pattern.channel);
      }
      at += 1;
    }
    return [...found].map((channel) => ({ channel, place }));
  };
}
