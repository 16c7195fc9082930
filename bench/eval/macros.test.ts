import { describe, expect, it } from 'vitest';
import { estimateAcceptance } from '../../src/copilot/evidence/macro-acceptance.ts';
import { agreement, misleadingDesk, orders, simulateClicks } from './macros.ts';
import { seededRandom } from './support.ts';

const { rates, looked } = misleadingDesk;
const truth = rates.map((_, id) => id).toReversed();
const seeds = [1, 2, 3, 4, 5];
const clicks = (showings: number, seed: number) =>
  simulateClicks({ ...misleadingDesk, showings }, seededRandom(seed));

describe('macro acceptance on simulated clicks', () => {
  it('recovers the true order where raw counts and raw shares do not', () => {
    for (const seed of seeds) {
      const found = orders(clicks(20_000, seed), rates.length);
      expect(found.corrected).toEqual(truth);
      expect(agreement(found.byCount, truth)).toBeLessThan(0);
      expect(agreement(found.byShare, truth)).toBeLessThan(0.95);
    }
  });

  it('recovers how often each place is looked at and each macro taken', () => {
    const model = estimateAcceptance(clicks(20_000, 1));
    for (const [place, share] of looked.entries()) expect(model.looked.get(place + 1)).toBeCloseTo(share, 1);
    for (const [id, rate] of rates.entries())
      expect(Math.abs((model.byMacro.get(id)?.rate ?? 0) - rate)).toBeLessThan(0.05);
  });

  it('is nearer to the truth than raw shares with few clicks too', () => {
    const mean = (of: 'corrected' | 'byShare'): number =>
      seeds.reduce((sum, seed) => sum + agreement(orders(clicks(500, seed), rates.length)[of], truth), 0) /
      seeds.length;
    expect(mean('corrected')).toBeGreaterThan(mean('byShare') + 0.2);
  });
});
