const constant = 60;

/** Reciprocal rank fusion: 1/(60 + place) summed over the lists, best first. */
export function fuseRankings<T>(
  lists: readonly (readonly T[])[],
): readonly { readonly item: T; readonly score: number }[] {
  const scores = new Map<T, number>();
  for (const list of lists)
    list.forEach((item, place) => scores.set(item, (scores.get(item) ?? 0) + 1 / (constant + place + 1)));
  return [...scores].map(([item, score]) => ({ item, score })).toSorted((a, b) => b.score - a.score);
}
