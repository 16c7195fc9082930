import { estimateAcceptance } from '../../src/copilot/evidence/macro-acceptance.ts';
import { pushOf } from '../../src/copilot/evidence/rank-macros.ts';
import type { MacroCount } from '../../src/services/macros/telemetry-queries.ts';
import { printResult } from '../report.ts';
import { evaluationArguments, rounded, seededRandom } from './support.ts';

/** An account's macros and agents of our making: how often each macro is right, and how far down agents look. */
export interface SimulatedDesk {
  /** Chance that a macro is taken once it was looked at; by index. */
  readonly rates: readonly number[];
  /** Chance that a place is looked at; by place from 0. */
  readonly looked: readonly number[];
  readonly showings: number;
  /** How far the text ranks each macro; noise of 0 to 1 is added for every ticket. */
  readonly text: readonly number[];
}

/**
 * What agents do with lists in which the text prefers some macros to others whatever they are worth: an application
 * needs a look and a macro that is right.
 */
export function simulateClicks(desk: SimulatedDesk, random: () => number): MacroCount[] {
  const counts = new Map<string, { macroId: number; rank: number; shown: number; applied: number }>();
  for (let ticket = 0; ticket < desk.showings; ticket += 1) {
    const order = desk.text
      .map((match, macroId) => ({ macroId, match: match + random() }))
      .toSorted((a, b) => b.match - a.match)
      .slice(0, desk.looked.length);
    for (const [place, { macroId }] of order.entries()) {
      const key = `${macroId} ${place}`;
      const count = counts.get(key) ?? { macroId, rank: place + 1, shown: 0, applied: 0 };
      count.shown += 1;
      if (random() < (desk.looked[place] ?? 0) && random() < (desk.rates[macroId] ?? 0)) count.applied += 1;
      counts.set(key, count);
    }
  }
  return [...counts.values()];
}

/** Macros by raw applications, by raw share of showings, and by the corrected rate; best first. */
export function orders(counts: readonly MacroCount[], macros: number) {
  const ids = Array.from({ length: macros }, (_, id) => id);
  const sum = (id: number, key: 'shown' | 'applied'): number =>
    counts.filter(({ macroId }) => macroId === id).reduce((total, count) => total + count[key], 0);
  const model = estimateAcceptance(counts);
  const by = (worth: (id: number) => number): number[] => ids.toSorted((a, b) => worth(b) - worth(a));
  return {
    byCount: by((id) => sum(id, 'applied')),
    byShare: by((id) => sum(id, 'applied') / Math.max(1, sum(id, 'shown'))),
    corrected: by((id) => pushOf(model, id)),
  };
}

/** Agreement of two orders, from -1 (reversed) to 1 (the same): Kendall's tau. */
export function agreement(order: readonly number[], truth: readonly number[]): number {
  let agreeing = 0;
  let pairs = 0;
  for (const [at, one] of truth.entries())
    for (const other of truth.slice(at + 1)) {
      pairs += 1;
      if (order.indexOf(one) < order.indexOf(other)) agreeing += 1;
    }
  return (2 * agreeing) / pairs - 1;
}

/** Eight macros of which the text likes the worst most, so that they stand on top. */
export const misleadingDesk: SimulatedDesk = {
  rates: [0.2, 0.24, 0.28, 0.33, 0.38, 0.44, 0.5, 0.57],
  looked: [1, 0.6, 0.42, 0.32, 0.25],
  showings: 6_000,
  text: [0.84, 0.72, 0.6, 0.48, 0.36, 0.24, 0.12, 0],
};

export function run(args: string[]): void {
  const { quick } = evaluationArguments(args, 'macros [--quick]', []);
  const rounds = quick ? 5 : 50;
  const truth = misleadingDesk.rates.map((_, id) => id).toReversed();
  const sums = { byCount: 0, byShare: 0, corrected: 0 };
  for (let seed = 1; seed <= rounds; seed += 1) {
    const found = orders(simulateClicks(misleadingDesk, seededRandom(seed)), truth.length);
    for (const name of ['byCount', 'byShare', 'corrected'] as const)
      sums[name] += agreement(found[name], truth) / rounds;
  }
  printResult(
    `Macros: agreement with the true order (Kendall's tau), ${rounds} simulated desks${quick ? ' (quick)' : ''}`,
    {
      rawCounts: rounded(sums.byCount),
      rawShares: rounded(sums.byShare),
      corrected: rounded(sums.corrected),
    },
    false,
  );
}
