/** Indices of the most similar texts among those wanted, best first; nothing that shares no feature. */
export function nearestOf(
  similarities: Float32Array,
  wanted: (index: number) => boolean,
  count: number,
): number[] {
  const found: number[] = [];
  similarities.forEach((similarity, index) => {
    if (similarity <= 0 || !wanted(index)) return;
    if (found.length === count && similarity <= (similarities[found.at(-1) ?? 0] ?? 0)) return;
    let at = found.length;
    while (at > 0 && (similarities[found[at - 1] ?? 0] ?? 0) < similarity) at -= 1;
    found.splice(at, 0, index);
    if (found.length > count) found.pop();
  });
  return found;
}
