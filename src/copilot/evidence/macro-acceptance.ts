import type { MacroCount } from '../../services/macros/telemetry-queries.ts';

/** How often agents take a macro once they have looked at it. */
export interface MacroAcceptance {
  /** 0 to 1; shrunk towards the mean of all while little is known. */
  readonly rate: number;
  readonly shown: number;
  readonly applied: number;
}

export interface AcceptanceModel {
  readonly byMacro: ReadonlyMap<number, MacroAcceptance>;
  /** What a macro of which nothing is known is taken to be. */
  readonly mean: number;
  /** Share of agents who look at a place, 1 for the first; by rank from 1. */
  readonly looked: ReadonlyMap<number, number>;
}

/** Looks at lower places before anything is known: the fall that studies of result lists find. */
const usualLook = (rank: number): number => rank ** -0.7;
/** How many applications, or looks, the assumptions above and below are worth. */
const lookWorth = 10;
const rateWorth = 20;
const usualRate = 0.1;
const leastLook = 0.02;
const rounds = 50;

/**
 * Position-based click model: a macro at a place is applied with probability look(place) × rate(macro). Both are
 * estimated together from the counts, each with a Gamma prior (the most probable values under Poisson counts, found by
 * turns). Why this one: docs/decisions/0013-macro-ranking.md.
 */
export function estimateAcceptance(counts: readonly MacroCount[]): AcceptanceModel {
  // An application whose showing was not reported was a showing too.
  const cells = counts.map((cell) => ({ ...cell, shown: Math.max(cell.shown, cell.applied) }));
  const ranks = [...new Set(cells.map(({ rank }) => rank))].toSorted((a, b) => a - b);
  const macros = new Map<number, { shown: number; applied: number }>();
  for (const { macroId, shown, applied } of cells) {
    const sum = macros.get(macroId) ?? { shown: 0, applied: 0 };
    macros.set(macroId, { shown: sum.shown + shown, applied: sum.applied + applied });
  }
  const looked = new Map(ranks.map((rank) => [rank, usualLook(rank)]));
  const rates = new Map<number, number>();
  let mean = usualRate;
  for (let round = 0; round < rounds; round += 1) {
    const looks = sumBy(cells, 'macroId', ({ rank, shown }) => shown * (looked.get(rank) ?? 0));
    const allLooks = [...looks.values()].reduce((sum, some) => sum + some, 0);
    const allApplied = cells.reduce((sum, { applied }) => sum + applied, 0);
    mean = (allApplied + rateWorth * usualRate) / (allLooks + rateWorth);
    for (const [id, { applied }] of macros)
      rates.set(id, (applied + rateWorth * mean) / ((looks.get(id) ?? 0) + rateWorth));
    const expected = sumBy(cells, 'rank', ({ macroId, shown }) => shown * (rates.get(macroId) ?? 0));
    const applied = sumBy(cells, 'rank', (cell) => cell.applied);
    for (const rank of ranks)
      looked.set(
        rank,
        ((applied.get(rank) ?? 0) + lookWorth * usualLook(rank)) / ((expected.get(rank) ?? 0) + lookWorth),
      );
    // The scale is free: the first place is looked at by everybody.
    const first = looked.get(1) ?? Math.max(1, ...looked.values());
    for (const rank of ranks)
      looked.set(rank, Math.min(1, Math.max(leastLook, (looked.get(rank) ?? 0) / first)));
  }
  return {
    byMacro: new Map(
      [...macros].map(([id, { shown, applied }]) => [
        id,
        { shown, applied, rate: Math.min(1, rates.get(id) ?? mean) },
      ]),
    ),
    mean,
    looked,
  };
}

function sumBy(
  cells: readonly MacroCount[],
  key: 'macroId' | 'rank',
  amount: (cell: MacroCount) => number,
): Map<number, number> {
  const sums = new Map<number, number>();
  for (const cell of cells) sums.set(cell[key], (sums.get(cell[key]) ?? 0) + amount(cell));
  return sums;
}
